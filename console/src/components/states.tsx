// Empty, loading, failed and missing.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { href } from "../model/route";
import { useRegion } from "../state/region";

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" padding={{ vertical: "l" }} color="inherit">
      <SpaceBetween size="xs">
        <b>{title}</b>
        {children && <Box color="text-body-secondary">{children}</Box>}
        {action}
      </SpaceBetween>
    </Box>
  );
}

export function Loading() {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner /> Loading
    </Box>
  );
}

export function Failed({ error, retry }: { error: string; retry: () => void }) {
  return (
    <Empty title="This could not be loaded" action={<Button onClick={retry}>Try again</Button>}>
      {error}
    </Empty>
  );
}

// For a table of what the region holds: whether it is being loaded still, and what to show if that failed.
export function useWaits(): { loading: boolean; failed: ReactNode } {
  const { loaded, error, refresh } = useRegion();
  return { loading: !loaded && !error, failed: !loaded && error ? <Failed error={error} retry={refresh} /> : undefined };
}

// A page of something in the region, before the region is known.
export function Waits() {
  const { failed } = useWaits();
  return failed ? <Container>{failed}</Container> : <Loading />;
}

export function NothingHere({ what = "This page" }: { what?: string }) {
  return (
    <ContentLayout header={<Header variant="h1">Nothing here</Header>}>
      <Container>
        <Empty title={`${what} is not there.`} action={<Link href={href("databases")}>To the databases</Link>} />
      </Container>
    </ContentLayout>
  );
}

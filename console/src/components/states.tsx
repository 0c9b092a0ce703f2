// Empty, loading and missing.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { href } from "../model/route";

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

export function NothingHere({ what = "This page" }: { what?: string }) {
  return (
    <ContentLayout header={<Header variant="h1">Nothing here</Header>}>
      <Container>
        <Empty title={`${what} is not there.`} action={<Link href={href("databases")}>To the databases</Link>} />
      </Container>
    </ContentLayout>
  );
}

// Settings: the session, and how programs get in.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AccessKeys } from "../components/access-keys";
import { CodeBlock } from "../components/copy";
import { quote } from "../model/create";
import * as text from "../model/text";
import { useMachine } from "../state/machine";
import { useSession } from "../state/session";

export function SettingsPage() {
  const session = useSession();
  const credentials = useMachine()?.credentials;
  return (
    <ContentLayout header={<Header variant="h1">Settings</Header>}>
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">Session</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Signed in with", value: session.key_id || "One-time password" },
              { label: "May", value: session.read_only ? "Look" : "Change everything" },
              { label: "Region", value: session.region },
              { label: "Ends", value: text.time(session.ends_ms) },
            ]}
          />
        </Container>
        <AccessKeys />
        <Container header={<Header variant="h2" description="AWS's own clients work against this daemon.">Programs</Header>}>
          {credentials && (
            <CodeBlock
              what="environment"
              text={[
                `export AWS_SHARED_CREDENTIALS_FILE=${quote(credentials)}`,
                `alias rds='aws --region ${session.region} --endpoint-url ${location.origin} rds'`,
                "rds describe-db-clusters",
              ].join("\n")}
            />
          )}
        </Container>
      </SpaceBetween>
    </ContentLayout>
  );
}

// The door: a one-time password, or an access key.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { messageOf, signIn, type SessionInfo } from "../api/client";

export function SignIn({ onSignedIn }: { onSignedIn: (who: SessionInfo) => void }) {
  const [way, setWay] = useState("password");
  const [password, setPassword] = useState("");
  const [keyId, setKeyId] = useState("");
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Sign in | Borealis";
  }, []);
  const submit = async () => {
    setBusy(true);
    setError("");
    try {
      const who = await signIn(way === "password" ? { password: password.trim() } : { key_id: keyId.trim(), secret: secret.trim() });
      onSignedIn(who);
    } catch (e) {
      setError(messageOf(e));
      setBusy(false);
    }
  };
  const complete = way === "password" ? password !== "" : keyId !== "" && secret !== "";
  return (
    <main>
      <Box padding={{ top: "xxxl", horizontal: "l" }}>
        <Grid gridDefinition={[{ colspan: { default: 12, s: 8, m: 6, l: 4 }, offset: { default: 0, s: 2, m: 3, l: 4 } }]}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (complete && !busy) void submit();
            }}
          >
            <Form actions={<Button variant="primary" loading={busy} disabled={!complete}>Sign in</Button>}>
              <Container header={<Header variant="h1" description="Databases of this machine">Borealis</Header>}>
                <SpaceBetween size="l">
                  <SegmentedControl
                    label="How to sign in" selectedId={way} onChange={({ detail }) => setWay(detail.selectedId)}
                    options={[{ id: "password", text: "One-time password" }, { id: "key", text: "Access key" }]}
                  />
                  {way === "password" ? (
                    <FormField label="One-time password" description="The daemon says at its first start where it is. `borealis console-password` makes another one.">
                      <Input type="password" autoComplete="one-time-code" value={password} onChange={({ detail }) => setPassword(detail.value)} autoFocus />
                    </FormField>
                  ) : (
                    <>
                      <FormField label="Access key ID" description="As in the file `credentials` of the daemon's directory.">
                        <Input value={keyId} autoComplete="username" onChange={({ detail }) => setKeyId(detail.value)} autoFocus />
                      </FormField>
                      <FormField label="Secret access key">
                        <Input type="password" autoComplete="current-password" value={secret} onChange={({ detail }) => setSecret(detail.value)} />
                      </FormField>
                    </>
                  )}
                  {error && <Alert type="error">{error}</Alert>}
                </SpaceBetween>
              </Container>
            </Form>
          </form>
        </Grid>
      </Box>
    </main>
  );
}

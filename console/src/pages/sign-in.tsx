// The door: a one-time password, or an access key.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { messageOf, signIn, type SessionInfo } from "../api/client";
import { TextField } from "../components/text-field";

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
    <main className="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (complete && !busy) void submit();
        }}
      >
        <Container
          header={
            <Header variant="h1" description="Databases of this machine">
              <span className="door-name"><img src="/icon.svg" alt="" width="32" height="32" /> Borealis</span>
            </Header>
          }
        >
          <SpaceBetween size="l">
            <SegmentedControl
              label="How to sign in" selectedId={way} onChange={({ detail }) => setWay(detail.selectedId)}
              options={[{ id: "password", text: "One-time password" }, { id: "key", text: "Access key" }]}
            />
            {way === "password" ? (
              <FormField label="One-time password" description="The daemon says at its first start where it is. The command borealis console-password makes another one.">
                <Input type="password" autoComplete="one-time-code" value={password} onChange={({ detail }) => setPassword(detail.value)} autoFocus />
              </FormField>
            ) : (
              <>
                <FormField label="Access key ID" description="As in the file named credentials of the daemon's directory.">
                  <Input value={keyId} autoComplete="username" onChange={({ detail }) => setKeyId(detail.value)} autoFocus />
                </FormField>
                <TextField label="Secret access key" type="password" autoComplete="current-password" value={secret} set={setSecret} />
              </>
            )}
            {error && <Alert type="error">{error}</Alert>}
            <Button variant="primary" fullWidth loading={busy} disabled={!complete} formAction="submit">Sign in</Button>
          </SpaceBetween>
        </Container>
      </form>
    </main>
  );
}

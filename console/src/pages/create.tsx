// Create database: the demo's form.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useEffect, useMemo, useState } from "react";
import { ApiError, messageOf } from "../api/client";
import { createDatabase } from "../api/create";
import { CodeBlock } from "../components/copy";
import { cliCommands, DEFAULTS, instanceNames, problemsOf, type CreateForm, type Problems } from "../model/create";
import { generatePassword } from "../model/password";
import { fieldOfRefusal } from "../model/refusal";
import { href } from "../model/route";
import { useMachine } from "../state/machine";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { go } from "../state/route";
import { useSession } from "../state/session";
import { AdditionalSection, ConnectivitySection, EngineSection, FeaturesSection, MachineSection, SettingsSection, SizeSection } from "./create-sections";
import { PasswordOnce } from "../components/password-once";

export function CreatePage() {
  const { clusters, instances, groups } = useRegion();
  const { say } = useNotices();
  const machine = useMachine();
  const session = useSession();
  const [filled, setForm] = useState<CreateForm>(DEFAULTS);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const defaultPort = machine?.default_port ?? filled.defaultPort;
  const form = useMemo(
    () => ({ ...filled, defaultPort, port: touched.has("port") ? filled.port : String(defaultPort) }), [filled, defaultPort, touched],
  );
  const [refusal, setRefusal] = useState<{ field: keyof CreateForm | undefined; message: string }>();
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<CreateForm>) => {
    setForm((before) => ({ ...before, ...changes }));
    setTouched((before) => new Set([...before, ...Object.keys(changes)]));
  };
  const problems = problemsOf(form, {
    clusters: clusters.map((c) => c.DBClusterIdentifier),
    instances: instances.map((i) => i.DBInstanceIdentifier),
    groups: groups.map((g) => g.groupName),
  });
  // Nobody is told off for what was not typed yet.
  const shown = Object.fromEntries(Object.entries(problems).filter(([field]) => touched.has(field) || touched.has("all"))) as Problems;
  if (refusal?.field) shown[refusal.field] = refusal.message;
  useEffect(() => setRefusal(undefined), [form]);

  const submit = async () => {
    setTouched(new Set(["all"]));
    if (Object.keys(problems).length > 0) return;
    setBusy(true);
    setRefusal(undefined);
    const password = form.generate ? generatePassword() : form.password;
    try {
      await createDatabase(form, password, groups);
      say("info", `${form.identifier} is being created`, form.generate ? <PasswordOnce user={form.user} password={password} /> : undefined);
      go(href("cluster", form.identifier.toLowerCase(), "events"));
    } catch (e) {
      setRefusal({ field: e instanceof ApiError ? fieldOfRefusal(e.code, e.message, form) : undefined, message: messageOf(e) });
      setBusy(false);
    }
  };
  const section = { form, change, problems: shown };
  return (
    <ContentLayout header={<Header variant="h1">Create database</Header>}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <Form
          errorText={(refusal && !refusal.field && refusal.message) || (refusal || (touched.has("all") && Object.keys(problems).length > 0) ? "Some fields need another value; they say which." : "")}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" href={href("databases")}>Cancel</Button>
              <Button variant="primary" loading={busy} formAction="submit">Create database</Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            <Container header={<Header variant="h2">Choose a creation method</Header>}>
              <FormField label="Creation method" stretch>
                <Tiles
                  value={form.easy ? "easy" : "standard"} onChange={({ detail }) => change({ easy: detail.value === "easy" })}
                  items={[
                    { value: "standard", label: "Standard create", description: "You set everything, now or later." },
                    { value: "easy", label: "Easy create", description: "Name, user and password; the rest is as most want it." },
                  ]}
                />
              </FormField>
            </Container>
            <EngineSection {...section} />
            <FeaturesSection {...section} />
            <SettingsSection {...section} />
            <SizeSection {...section} machine={machine} />
            {!form.easy && <ConnectivitySection {...section} groups={groups} />}
            {!form.easy && <AdditionalSection {...section} />}
            <MachineSection form={form} machine={machine} />
            <ExpandableSection variant="container" headerText="The same with the AWS CLI">
              <SpaceBetween size="s">
                <Box variant="p">Commands that create {form.identifier ? instanceNames(form).join(", ") : "the same"} without this page. PASSWORD is the master password.</Box>
                <CodeBlock text={cliCommands(form, location.origin, session.region)} what="commands" />
              </SpaceBetween>
            </ExpandableSection>
          </SpaceBetween>
        </Form>
      </form>
    </ContentLayout>
  );
}

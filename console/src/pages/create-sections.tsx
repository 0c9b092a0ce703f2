// The sections of Create database.
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import type { Machine, SecurityGroup } from "../api/types";
import { TagFields } from "../components/tag-fields";
import { groupName, portOf, writersOf, type CreateForm, type Problems } from "../model/create";
import { costOf, warningsOf } from "../model/machine";
import * as text from "../model/text";
import { useCatalogue } from "../state/catalogue";

export type SectionProps = { form: CreateForm; change: (changes: Partial<CreateForm>) => void; problems: Problems };

export function EngineSection({ form, change }: SectionProps) {
  const { engines } = useCatalogue();
  const options = engines
    .filter((e) => e.Engine === "aurora")
    .map((e) => ({ value: e.EngineVersion, label: `${e.Engine} ${e.EngineVersion}`, description: e.DBEngineVersionDescription }));
  const chosen = options.find((o) => o.value === form.engineVersion) ?? { value: form.engineVersion, label: `aurora ${form.engineVersion}` };
  return (
    <Container header={<Header variant="h2">Engine</Header>}>
      <FormField label="Version" description="MySQL-compatible: the servers are MariaDB, on one shared durable log.">
        <Select options={options} selectedOption={chosen} onChange={({ detail }) => change({ engineVersion: detail.selectedOption.value ?? "10.11" })} />
      </FormField>
    </Container>
  );
}

export function FeaturesSection({ form, change }: SectionProps) {
  const counts = Array.from({ length: 15 }, (_, n) => ({ value: String(n + 2), label: `${n + 2} writers` }));
  return (
    <Container header={<Header variant="h2">Database features</Header>}>
      <SpaceBetween size="l">
        <FormField label="Database features" stretch>
          <Tiles
            value={form.multipleWriters ? "multiple" : "one"} onChange={({ detail }) => change({ multipleWriters: detail.value === "multiple" })}
            items={[
              { value: "one", label: "One writer", description: "One instance that reads and writes." },
              { value: "multiple", label: "Multiple writers", description: "Every instance reads and writes the same data. When one dies, the others go on." },
            ]}
          />
        </FormField>
        {form.multipleWriters && (
          <FormField label="Number of writers">
            <Select
              options={counts} selectedOption={counts.find((c) => c.value === String(form.writers)) ?? null}
              onChange={({ detail }) => change({ writers: Number(detail.selectedOption.value) })}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function SettingsSection({ form, change, problems }: SectionProps) {
  return (
    <Container header={<Header variant="h2">Settings</Header>}>
      <SpaceBetween size="l">
        <FormField label="DB cluster identifier" errorText={problems.identifier} constraintText="1 to 63 letters, digits and hyphens, a letter first. Kept in lower case.">
          <Input value={form.identifier} placeholder="cloudacademy-db-multi" onChange={({ detail }) => change({ identifier: detail.value })} />
        </FormField>
        <FormField label="Master username" errorText={problems.user} constraintText="1 to 16 letters and digits, a letter first.">
          <Input value={form.user} autoComplete={false} onChange={({ detail }) => change({ user: detail.value })} />
        </FormField>
        <Checkbox checked={form.generate} onChange={({ detail }) => change({ generate: detail.checked })} description="It is shown once.">
          Generate a password
        </Checkbox>
        {!form.generate && (
          <ColumnLayout columns={2}>
            <FormField label="Master password" errorText={problems.password} constraintText={'8 to 41 printable characters without blanks, / " and @.'}>
              <Input type="password" autoComplete="new-password" value={form.password} onChange={({ detail }) => change({ password: detail.value })} />
            </FormField>
            <FormField label="Confirm password" errorText={problems.confirmation}>
              <Input type="password" autoComplete="new-password" value={form.confirmation} onChange={({ detail }) => change({ confirmation: detail.value })} />
            </FormField>
          </ColumnLayout>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function SizeSection({ form, change, machine }: SectionProps & { machine: Machine | undefined }) {
  const options = (machine?.classes ?? []).map((c) => ({
    value: c.name, label: c.name, description: `${c.buffer_pool_mib} MiB buffer pool, ${c.connections} connections`,
  }));
  return (
    <Container header={<Header variant="h2">Instance configuration</Header>}>
      <FormField label="DB instance class" description="The same for all writers; it can be changed later.">
        <Select
          options={options} statusType={machine ? "finished" : "loading"} filteringType="auto"
          selectedOption={options.find((o) => o.value === form.instanceClass) ?? { value: form.instanceClass, label: form.instanceClass }}
          onChange={({ detail }) => change({ instanceClass: detail.selectedOption.value ?? form.instanceClass })}
        />
      </FormField>
    </Container>
  );
}

export function ConnectivitySection({ form, change, problems, groups }: SectionProps & { groups: readonly SecurityGroup[] }) {
  const { subnetGroups } = useCatalogue();
  const subnets = subnetGroups.map((s) => ({
    value: s.DBSubnetGroupName, label: s.DBSubnetGroupName, description: `${s.VpcId}: ${s.Subnets.map((n) => n.SubnetAvailabilityZone.Name).join(", ")}`,
  }));
  const vpc = subnetGroups.find((s) => s.DBSubnetGroupName === form.subnetGroup)?.VpcId ?? "";
  const options = groups.map((g) => ({ value: g.groupId, label: g.groupName, description: g.groupId }));
  return (
    <Container header={<Header variant="h2">Connectivity</Header>}>
      <SpaceBetween size="l">
        <FormField label="Virtual private cloud (VPC)" description="This machine is one VPC with three zones.">
          <Select disabled options={[{ value: vpc, label: vpc }]} selectedOption={{ value: vpc, label: vpc ? `Default VPC (${vpc})` : "Default VPC" }} />
        </FormField>
        <FormField label="DB subnet group">
          <Select
            options={subnets} selectedOption={subnets.find((s) => s.value === form.subnetGroup) ?? { value: form.subnetGroup, label: form.subnetGroup }}
            onChange={({ detail }) => change({ subnetGroup: detail.selectedOption.value ?? "default" })}
          />
        </FormField>
        <FormField label="VPC security group" stretch>
          <Tiles
            value={form.newGroup ? "new" : "existing"} onChange={({ detail }) => change({ newGroup: detail.value === "new" })}
            items={[
              { value: "existing", label: "Choose existing", description: "Security groups that are there." },
              { value: "new", label: "Create new", description: `A group that opens TCP ${portOf(form)} for the addresses that you give.` },
            ]}
          />
        </FormField>
        {form.newGroup ? (
          <ColumnLayout columns={2}>
            <FormField label="New security group's name" errorText={problems.groupName}>
              <Input value={form.groupName} placeholder={groupName(form)} onChange={({ detail }) => change({ groupName: detail.value })} />
            </FormField>
            <FormField label="Addresses that may connect" errorText={problems.groupCidr} constraintText="An IPv4 block; 127.0.0.0/8 is this machine.">
              <Input value={form.groupCidr} onChange={({ detail }) => change({ groupCidr: detail.value })} />
            </FormField>
          </ColumnLayout>
        ) : (
          <FormField label="Existing security groups" errorText={problems.groups}>
            <Multiselect
              options={options} selectedOptions={options.filter((o) => form.groups.includes(o.value))} placeholder="Choose security groups"
              onChange={({ detail }) => change({ groups: detail.selectedOptions.map((o) => o.value ?? "") })}
            />
          </FormField>
        )}
        <FormField label="Database port" errorText={problems.port}>
          <Input type="number" inputMode="numeric" value={form.port} onChange={({ detail }) => change({ port: detail.value })} />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

export function AdditionalSection({ form, change, problems }: SectionProps) {
  const { parameterGroups, encryption } = useCatalogue();
  const options = parameterGroups.map((name) => ({ value: name, label: name }));
  return (
    <Container header={<Header variant="h2">Additional configuration</Header>}>
      <SpaceBetween size="l">
        <FormField label={<>Initial database name <i>- optional</i></>} errorText={problems.database}>
          <Input value={form.database} onChange={({ detail }) => change({ database: detail.value })} />
        </FormField>
        {options.length > 0 && (
          <FormField label="DB cluster parameter group">
            <Select
              options={options} selectedOption={options.find((o) => o.value === form.parameterGroup) ?? { value: "", label: "The default one" }}
              onChange={({ detail }) => change({ parameterGroup: detail.selectedOption.value ?? "" })}
            />
          </FormField>
        )}
        <FormField label="Backup retention period, days" errorText={problems.retentionDays}>
          <Input type="number" inputMode="numeric" value={form.retentionDays} onChange={({ detail }) => change({ retentionDays: detail.value })} />
        </FormField>
        <Checkbox
          checked={form.encrypted} disabled={!encryption} onChange={({ detail }) => change({ encrypted: detail.checked })}
          description={encryption ? "The log, snapshots and exports tell nothing without the key." : "This daemon does not offer it yet."}
        >
          Encryption
        </Checkbox>
        <Checkbox checked={form.deletionProtection} onChange={({ detail }) => change({ deletionProtection: detail.checked })} description="It cannot be deleted until this is switched off.">
          Deletion protection
        </Checkbox>
        <FormField label="Tags" errorText={problems.tags} stretch>
          <TagFields tags={form.tags} onChange={(tags) => change({ tags })} />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

export function MachineSection({ form, machine }: { form: CreateForm; machine: Machine | undefined }) {
  if (!machine) return null;
  const cost = costOf(form.instanceClass, writersOf(form), machine);
  const warnings = warningsOf(cost, machine);
  return (
    <Container header={<Header variant="h2" description="An estimate, before any data.">What it takes of this machine</Header>}>
      <SpaceBetween size="s">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Memory", value: `about ${text.bytes(cost.memory)} of ${text.bytes(machine.memory_free_bytes)} free` },
            { label: "Disk", value: `about ${text.bytes(cost.disk)} of ${text.bytes(machine.disk_free_bytes)} free` },
            { label: "Processors", value: `shared by ${writersOf(form)} servers: ${machine.cores}` },
          ]}
        />
        {warnings.map((w) => <Box key={w} color="text-status-warning">{w}</Box>)}
      </SpaceBetween>
    </Container>
  );
}

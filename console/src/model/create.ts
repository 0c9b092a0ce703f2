// Create database: the form as a value, what of it is wrong, the requests that it becomes, and the
// same as commands of the AWS CLI.
import type { Fields } from "../api/client";
import * as rules from "./validate";

export type CreateForm = {
  easy: boolean;
  engine: string;
  engineVersion: string;
  multipleWriters: boolean;
  writers: number;
  identifier: string;
  user: string;
  generate: boolean;
  password: string;
  confirmation: string;
  instanceClass: string;
  subnetGroup: string;
  newGroup: boolean;
  groupName: string;
  groupCidr: string;
  groups: string[];
  port: string;
  defaultPort: number; // the daemon's
  database: string;
  parameterGroup: string;
  retentionDays: string;
  encrypted: boolean;
  deletionProtection: boolean;
  tags: rules.Tag[];
};

export const DEFAULTS: CreateForm = {
  easy: false,
  engine: "aurora",
  engineVersion: "10.11",
  multipleWriters: true,
  writers: 2,
  identifier: "",
  user: "admin",
  generate: false,
  password: "",
  confirmation: "",
  instanceClass: "db.t3.micro",
  subnetGroup: "default",
  newGroup: true,
  groupName: "",
  groupCidr: "127.0.0.0/8",
  groups: [],
  port: "3306",
  defaultPort: 3306,
  database: "",
  parameterGroup: "",
  retentionDays: "1",
  encrypted: false,
  deletionProtection: false,
  tags: [],
};

// What else there is, where names must differ.
export type Taken = { clusters: readonly string[]; instances: readonly string[]; groups: readonly string[] };

export type Problems = Partial<Record<keyof CreateForm, string>>;

export function problemsOf(form: CreateForm, taken: Taken): Problems {
  const found: Problems = {};
  const note = (field: keyof CreateForm, problem: string) => {
    if (problem !== "") found[field] = problem;
  };
  note("identifier", rules.identifierProblem(form.identifier, taken.clusters));
  if (!found.identifier && instanceNames(form).some((name) => name.length > 63)) {
    note("identifier", "Too long: instances are named after it.");
  }
  const clash = instanceNames(form).find((name) => taken.instances.includes(name.toLowerCase()));
  if (!found.identifier && clash) note("identifier", `There is an instance ${clash} already.`);
  note("user", rules.userProblem(form.user));
  if (!form.generate) {
    note("password", rules.passwordProblem(form.password));
    if (form.password !== form.confirmation) note("confirmation", "The passwords differ.");
  }
  if (form.easy) return found;
  if (form.newGroup) {
    note("groupName", rules.groupNameProblem(groupName(form)));
    if (taken.groups.includes(groupName(form))) note("groupName", "There is a security group of that name already.");
    note("groupCidr", rules.cidrProblem(form.groupCidr));
  } else if (form.groups.length === 0) {
    note("groups", "Choose at least one.");
  }
  note("port", rules.portProblem(form.port));
  note("database", rules.databaseProblem(form.database));
  note("retentionDays", rules.wholeNumberProblem(form.retentionDays, 1, 35));
  note("tags", rules.tagsProblem(form.tags));
  return found;
}

export function writersOf(form: CreateForm): number {
  return form.multipleWriters ? form.writers : 1;
}

export function instanceNames(form: CreateForm): string[] {
  return Array.from({ length: writersOf(form) }, (_, n) => `${form.identifier}-instance-${n + 1}`);
}

export function groupName(form: CreateForm): string {
  return form.groupName || (form.identifier ? `${form.identifier}-clients` : "");
}

// Whether a security group is made for it.
export function makesGroup(form: CreateForm): boolean {
  return form.easy || form.newGroup;
}

// `groups`: ids, the new one included.
export function clusterFields(form: CreateForm, password: string, groups: readonly string[]): Fields {
  const fields: Fields = {
    DBClusterIdentifier: form.identifier,
    Engine: form.engine,
    EngineVersion: form.engineVersion,
    EngineMode: form.multipleWriters ? "multimaster" : undefined,
    MasterUsername: form.user,
    MasterUserPassword: password,
  };
  groups.forEach((id, n) => (fields[`VpcSecurityGroupIds.VpcSecurityGroupId.${n + 1}`] = id));
  if (form.easy) return fields;
  fields.Port = form.port;
  fields.DBSubnetGroupName = form.subnetGroup;
  fields.DatabaseName = form.database || undefined;
  fields.DBClusterParameterGroupName = form.parameterGroup || undefined;
  fields.BackupRetentionPeriod = form.retentionDays;
  fields.StorageEncrypted = form.encrypted || undefined;
  fields.DeletionProtection = form.deletionProtection || undefined;
  form.tags.forEach(({ key, value }, n) => {
    fields[`Tags.Tag.${n + 1}.Key`] = key;
    fields[`Tags.Tag.${n + 1}.Value`] = value;
  });
  return fields;
}

export function instanceFields(form: CreateForm, name: string): Fields {
  return {
    DBInstanceIdentifier: name,
    DBClusterIdentifier: form.identifier,
    DBInstanceClass: form.instanceClass,
    Engine: form.engine,
  };
}

// The port that the rule of a new group opens: easy create asks for none.
export function portOf(form: CreateForm): number {
  return form.easy ? form.defaultPort : Number(form.port) || form.defaultPort;
}

// For a shell; the password is left to the reader.
export function cliCommands(form: CreateForm, endpoint: string, region: string): string {
  const lines: string[] = [`export ENDPOINT=${endpoint} AWS_DEFAULT_REGION=${region}`];
  const aws = (service: string, command: string, options: [string, string | undefined][]) =>
    [`aws --endpoint-url $ENDPOINT ${service} ${command}`]
      .concat(options.filter(([, v]) => v !== undefined).map(([k, v]) => `  --${k}${v === "" ? "" : " " + v}`))
      .join(" \\\n");
  if (makesGroup(form)) {
    lines.push(
      "GROUP=$(" +
        aws("ec2", "create-security-group", [
          ["group-name", quote(groupName(form))],
          ["description", quote(`Clients of ${form.identifier}`)],
          ["query", "GroupId"],
          ["output", "text)"],
        ]),
      aws("ec2", "authorize-security-group-ingress", [
        ["group-id", "$GROUP"],
        ["protocol", "tcp"],
        ["port", String(portOf(form))],
        ["cidr", quote(form.groupCidr)],
      ]),
    );
  }
  const full = !form.easy;
  lines.push(
    aws("rds", "create-db-cluster", [
      ["db-cluster-identifier", quote(form.identifier)],
      ["engine", form.engine],
      ["engine-version", form.engineVersion],
      ["engine-mode", form.multipleWriters ? "multimaster" : undefined],
      ["master-username", quote(form.user)],
      ["master-user-password", '"$PASSWORD"'],
      ["vpc-security-group-ids", makesGroup(form) ? "$GROUP" : form.groups.map(quote).join(" ")],
      ["port", full ? form.port : undefined],
      ["db-subnet-group-name", full ? quote(form.subnetGroup) : undefined],
      ["database-name", full && form.database ? quote(form.database) : undefined],
      ["db-cluster-parameter-group-name", full && form.parameterGroup ? quote(form.parameterGroup) : undefined],
      ["backup-retention-period", full ? form.retentionDays : undefined],
      ["storage-encrypted", full && form.encrypted ? "" : undefined],
      ["deletion-protection", full && form.deletionProtection ? "" : undefined],
      ["tags", full && form.tags.length ? form.tags.map((t) => quote(`Key=${t.key},Value=${t.value}`)).join(" ") : undefined],
    ]),
  );
  for (const name of instanceNames(form)) {
    lines.push(
      aws("rds", "create-db-instance", [
        ["db-instance-identifier", quote(name)],
        ["db-cluster-identifier", quote(form.identifier)],
        ["db-instance-class", form.instanceClass],
        ["engine", form.engine],
      ]),
    );
  }
  return lines.join("\n");
}

// One word for a POSIX shell.
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

// Where in Create database a refusal of the API belongs: by its code, or by the parameter that its sentence
// names. Undefined: to the form as a whole.
import type { CreateForm } from "./create";

type Field = keyof CreateForm;

const BY_CODE: Record<string, Field> = {
  DBClusterAlreadyExistsFault: "identifier",
  DBInstanceAlreadyExists: "identifier",
  "InvalidGroup.Duplicate": "groupName",
};

const BY_PARAMETER: [RegExp, Field][] = [
  [/\bMasterUserPassword\b/, "password"],
  [/\bMasterUsername\b/, "user"],
  [/\bDB(Cluster|Instance)Identifier\b/, "identifier"],
  [/\bDatabaseName\b/, "database"],
  [/\bPort\b/, "port"],
  [/\bBackupRetentionPeriod\b/, "retentionDays"],
  [/\bCidrIp\b/, "groupCidr"],
  [/\bGroupName\b/, "groupName"],
  [/\bVpcSecurityGroupIds\b|^The security group '/, "groups"],
  [/\bTags?\b/, "tags"],
];

export function fieldOfRefusal(code: string, message: string, form: CreateForm): Field | undefined {
  const field = BY_CODE[code] ?? BY_PARAMETER.find(([pattern]) => pattern.test(message))?.[1];
  return field && isShown(field, form) ? field : undefined;
}

function isShown(field: Field, form: CreateForm): boolean {
  if (field === "identifier" || field === "user") return true;
  if (field === "password") return !form.generate;
  if (form.easy) return false;
  if (field === "groupName" || field === "groupCidr") return form.newGroup;
  return field !== "groups" || !form.newGroup;
}

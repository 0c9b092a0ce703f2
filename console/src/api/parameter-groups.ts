// Parameter groups of clusters and of instances: the same, under other names.
import { all, rds, type Fields } from "./client";

export type Kind = "cluster" | "instance";
export type Group = { kind: Kind; name: string; description: string; family: string; isDefault: boolean };
export type Parameter = {
  ParameterName: string;
  ParameterValue?: string;
  Description: string;
  Source: string;
  ApplyType: string;
  DataType: string;
  AllowedValues: string;
  ApplyMethod: string;
};

const WORD = { cluster: "DBCluster", instance: "DB" };
const nameField = (kind: Kind) => `${WORD[kind]}ParameterGroupName`;

export async function groupsOf(kind: Kind): Promise<Group[]> {
  const list = await all<Record<string, string>>(`Describe${WORD[kind]}ParameterGroups`, `${WORD[kind]}ParameterGroups`);
  return list.map((g) => {
    const name = g[nameField(kind)] ?? "";
    return { kind, name, description: g.Description ?? "", family: g.DBParameterGroupFamily ?? "", isDefault: name.startsWith("default.") };
  });
}

export function parametersOf(kind: Kind, name: string): Promise<Parameter[]> {
  return all<Parameter>(`Describe${WORD[kind]}Parameters`, "Parameters", { [nameField(kind)]: name });
}

export function createGroup(kind: Kind, name: string, family: string, description: string): Promise<unknown> {
  return rds(`Create${WORD[kind]}ParameterGroup`, { [nameField(kind)]: name, DBParameterGroupFamily: family, Description: description });
}

export function deleteGroup(kind: Kind, name: string): Promise<unknown> {
  return rds(`Delete${WORD[kind]}ParameterGroup`, { [nameField(kind)]: name });
}

// A static parameter waits for a reboot, a dynamic one counts at once. An empty value is the default.
export function setParameter(kind: Kind, name: string, parameter: Parameter, value: string): Promise<unknown> {
  const method = parameter.ApplyType === "static" ? "pending-reboot" : "immediate";
  const fields: Fields = {
    [nameField(kind)]: name,
    "Parameters.Parameter.1.ParameterName": parameter.ParameterName,
    "Parameters.Parameter.1.ApplyMethod": method,
  };
  if (value === "") return rds(`Reset${WORD[kind]}ParameterGroup`, fields);
  return rds(`Modify${WORD[kind]}ParameterGroup`, { ...fields, "Parameters.Parameter.1.ParameterValue": value });
}

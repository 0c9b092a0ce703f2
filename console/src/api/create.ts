// Create database: the requests one after another.
import { clusterFields, groupName, instanceFields, instanceNames, makesGroup, portOf, type CreateForm } from "../model/create";
import { ApiError, ec2, rds } from "./client";

// What was made before a failure stays and is shown; a security group alone is taken back.
export async function createDatabase(form: CreateForm, password: string): Promise<void> {
  let groups = form.groups;
  if (makesGroup(form)) groups = [await createGroup(form)];
  try {
    await rds("CreateDBCluster", clusterFields(form, password, groups));
  } catch (error) {
    if (makesGroup(form)) await ec2("DeleteSecurityGroup", { GroupId: groups[0] }).catch(() => {});
    throw error;
  }
  for (const name of instanceNames(form)) await rds("CreateDBInstance", instanceFields(form, name));
}

async function createGroup(form: CreateForm): Promise<string> {
  const name = groupName(form);
  const { groupId } = await ec2<{ groupId: string }>("CreateSecurityGroup", {
    GroupName: name,
    GroupDescription: `Clients of ${form.identifier}`,
  });
  await authorize(groupId, portOf(form), form.groupCidr, "");
  return groupId;
}

export function authorize(groupId: string, port: number, cidr: string, description: string): Promise<unknown> {
  return ec2("AuthorizeSecurityGroupIngress", ruleFields(groupId, "tcp", port, port, cidr, description));
}

export function revoke(groupId: string, protocol: string, from: number | undefined, to: number | undefined, cidr: string): Promise<unknown> {
  return ec2("RevokeSecurityGroupIngress", ruleFields(groupId, protocol, from, to, cidr, ""));
}

function ruleFields(groupId: string, protocol: string, from: number | undefined, to: number | undefined, cidr: string, description: string) {
  return {
    GroupId: groupId,
    "IpPermissions.1.IpProtocol": protocol,
    "IpPermissions.1.FromPort": from,
    "IpPermissions.1.ToPort": to,
    "IpPermissions.1.IpRanges.1.CidrIp": cidr,
    "IpPermissions.1.IpRanges.1.Description": description || undefined,
  };
}

// Whether an action is not there in this daemon.
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.code === "InvalidAction";
}

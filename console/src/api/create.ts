// Create database: the requests one after another.
import { clusterFields, groupName, instanceFields, instanceNames, makesGroup, portOf, type CreateForm } from "../model/create";
import { ApiError, ec2, rds } from "./client";
import type { SecurityGroup } from "./types";

// What was made before a failure stays and is shown; a new security group alone is taken back. `there`: the
// security groups that there are.
export async function createDatabase(form: CreateForm, password: string, there: readonly SecurityGroup[]): Promise<void> {
  const made = makesGroup(form) ? await groupFor(form, there) : undefined;
  try {
    await rds("CreateDBCluster", clusterFields(form, password, made ? [made.id] : form.groups));
  } catch (error) {
    if (made?.isNew) await ec2("DeleteSecurityGroup", { GroupId: made.id }).catch(() => {});
    throw error;
  }
  for (const name of instanceNames(form)) await rds("CreateDBInstance", instanceFields(form, name));
}

// Easy create takes the group that it left when a cluster of that name was deleted: it asks for no other name.
async function groupFor(form: CreateForm, there: readonly SecurityGroup[]): Promise<{ id: string; isNew: boolean }> {
  const left = form.easy ? there.find((g) => g.groupName === groupName(form)) : undefined;
  if (!left) return { id: await createGroup(form), isNew: true };
  await authorize(left.groupId, portOf(form), form.groupCidr, "").catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== "InvalidPermission.Duplicate") throw error;
  });
  return { id: left.groupId, isNew: false };
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

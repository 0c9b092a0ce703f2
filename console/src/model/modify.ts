// Modify a cluster: the form as a value, what of it is wrong, the request that it becomes, and what waits for the
// maintenance window. A new master password and another version may wait; all else takes effect at once.
import type { Fields } from "../api/client";
import type { Cluster, EngineVersion } from "../api/types";
import * as rules from "./validate";

export type ModifyForm = {
  version: string;
  password: string;
  groups: readonly string[];
  port: string;
  parameterGroup: string;
  retentionDays: string;
  backupWindow: string;
  maintenanceWindow: string;
  deletionProtection: boolean;
  now: boolean; // do not wait for the maintenance window
};

export function formOf(cluster: Cluster): ModifyForm {
  return {
    version: cluster.PendingModifiedValues?.EngineVersion ?? cluster.EngineVersion,
    password: "",
    groups: cluster.VpcSecurityGroups.map((g) => g.VpcSecurityGroupId),
    port: String(cluster.Port),
    parameterGroup: cluster.DBClusterParameterGroup,
    retentionDays: String(cluster.BackupRetentionPeriod),
    backupWindow: cluster.PreferredBackupWindow,
    maintenanceWindow: cluster.PreferredMaintenanceWindow,
    deletionProtection: cluster.DeletionProtection,
    now: false,
  };
}

export type ModifyProblems = Partial<Record<keyof ModifyForm, string>>;

export function modifyProblems(form: ModifyForm): ModifyProblems {
  const all: ModifyProblems = {
    password: form.password === "" ? "" : rules.passwordProblem(form.password),
    groups: form.groups.length === 0 ? "Choose at least one." : "",
    port: rules.portProblem(form.port),
    retentionDays: rules.wholeNumberProblem(form.retentionDays, 1, 35),
    backupWindow: rules.backupWindowProblem(form.backupWindow),
    maintenanceWindow: rules.maintenanceWindowProblem(form.maintenanceWindow),
  };
  return Object.fromEntries(Object.entries(all).filter(([, problem]) => problem !== "")) as ModifyProblems;
}

// What waits for the cluster's maintenance window, in words.
export function waitingOf(cluster: Cluster): string[] {
  const { MasterUserPassword, EngineVersion } = cluster.PendingModifiedValues ?? {};
  return [...(EngineVersion ? [`Version ${EngineVersion}`] : []), ...(MasterUserPassword ? ["A new master password"] : [])];
}

// Whether anything of what is changed, or waits already, may come now or in the window.
export function hasChoice(form: ModifyForm, cluster: Cluster): boolean {
  return form.password !== "" || form.version !== cluster.EngineVersion || waitingOf(cluster).length > 0;
}

// Only what was changed is sent. Undefined: nothing was.
export function modifyRequest(form: ModifyForm, cluster: Cluster): Fields | undefined {
  const before = formOf(cluster);
  const changed: Fields = {
    MasterUserPassword: form.password || undefined,
    Port: Number(form.port) === cluster.Port ? undefined : form.port,
    DBClusterParameterGroupName: changedTo(form.parameterGroup, before.parameterGroup),
    BackupRetentionPeriod: Number(form.retentionDays) === cluster.BackupRetentionPeriod ? undefined : form.retentionDays,
    PreferredBackupWindow: changedTo(form.backupWindow, before.backupWindow),
    PreferredMaintenanceWindow: changedTo(form.maintenanceWindow, before.maintenanceWindow),
    DeletionProtection: changedTo(form.deletionProtection, before.deletionProtection),
    EngineVersion: changedTo(form.version, before.version),
    AllowMajorVersionUpgrade: form.version === before.version ? undefined : true,
    ApplyImmediately: (form.now && hasChoice(form, cluster)) || undefined,
  };
  if (form.groups.join() !== before.groups.join()) form.groups.forEach((id, n) => (changed[`VpcSecurityGroupIds.VpcSecurityGroupId.${n + 1}`] = id));
  if (Object.values(changed).every((v) => v === undefined)) return undefined;
  return { DBClusterIdentifier: cluster.DBClusterIdentifier, ...changed };
}

function changedTo<T>(value: T, before: T): T | undefined {
  return value === before ? undefined : value;
}

// The version that the cluster has, and those that it can have.
export function versionsFor(cluster: Cluster, engines: readonly EngineVersion[]): string[] {
  const own = engines.find((e) => e.Engine === cluster.Engine && e.EngineVersion === cluster.EngineVersion);
  return [cluster.EngineVersion, ...(own?.ValidUpgradeTarget ?? []).map((t) => t.EngineVersion)];
}

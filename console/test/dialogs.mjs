// How each dialog is opened, filled in and sent, on the world of test/stub.mjs. One that is in the sources
// and not here makes the test fail.

const menu = (item, which = "first") => async (page) => {
  await page.getByRole("button", { name: "Actions" })[which]().click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
};
const press = (name, which = "first") => async (page) => page.getByRole("button", { name, exact: true })[which]().click();
const choose = (role, name, then) => async (page) => {
  await page.getByRole(role, { name }).first().check();
  await then(page);
};
const fill = (...pairs) => async (page) => {
  for (const [label, value] of pairs) await page.getByRole("dialog").getByLabel(label).first().fill(value);
};
const nothing = async () => {};

const CLUSTER = "#/cluster/db-one";
const INSTANCE = "#/instance/db-one-instance-1";
const NEW_NAME = /^(Identifier of the new cluster|Snapshot name|Name of the copy|Identifier|Name)/;

// [address, open, fill in, the button that sends it; none: it sends nothing]
export const DIALOGS = {
  AddInstanceDialog: [[CLUSTER, menu("Add instance"), nothing, "Add instance"]],
  AddRuleDialog: [["#/security-group/sg-1", press("Add rule"), nothing, "Add rule"]],
  CrashDialog: [[INSTANCE, menu("Crash (for testing)"), nothing, "Crash"]],
  RebootDialog: [[INSTANCE, menu("Reboot"), nothing, "Reboot"]],
  StartStopDialog: [[CLUSTER, menu("Stop temporarily"), nothing, "Stop"], ["#/cluster/db-two", menu("Start"), nothing, "Start"]],
  CreateEndpointDialog: [[CLUSTER, press("Create custom endpoint"), fill([NEW_NAME, "report-2"]), "Create"]],
  DeleteEndpointDialog: [[CLUSTER, choose("radio", /Endpoint of reports/, press("Delete")), nothing, "Delete"]],
  CreateGroupDialog: [["#/security-groups", press("Create security group"), fill([NEW_NAME, "shop"], ["Description", "the shop"]), "Create"]],
  DeleteSecurityGroupDialog: [["#/security-groups", choose("radio", /default/, press("Delete")), nothing, "Delete"]],
  RemoveRulesDialog: [["#/security-group/sg-1", choose("checkbox", /3306 from/, press("Remove")), nothing, "Remove"]],
  CreateParameterGroupDialog: [["#/parameter-groups", press("Create parameter group"), fill([NEW_NAME, "fast"], ["Description", "for the shop"]), "Create"]],
  DeleteParameterGroupDialog: [["#/parameter-groups", choose("radio", /mine/, press("Delete")), nothing, "Delete"]],
  DeleteDialog: [
    [CLUSTER, menu("Delete"), async (page) => { await page.getByLabel("Take a final snapshot").check(); await fill([/To confirm/, "delete me"])(page); }, "Delete"],
    [INSTANCE, menu("Delete"), fill([/To confirm/, "delete me"]), "Delete"],
  ],
  ModifyClusterDialog: [
    [CLUSTER, menu("Modify"), fill(["Backup window", "05:00-06:00"]), "Modify"],
    [CLUSTER, menu("Modify"), async (page) => { await page.getByRole("dialog").getByRole("radio", { name: /^Now/ }).check(); }, "Modify"],
  ],
  ModifyInstanceDialog: [[INSTANCE, menu("Modify"), fill(["Maintenance window", "mon:04:00-mon:05:00"]), "Modify"]],
  RestoreDialog: [
    [CLUSTER, menu("Create clone"), fill([NEW_NAME, "copy"]), "Create clone"],
    [CLUSTER, menu("Restore to point in time"), async (page) => { await page.getByRole("radio", { name: /Another one/ }).check(); await fill([NEW_NAME, "past"])(page); }, "Restore"],
    ["#/snapshots", choose("radio", /monday/, menu("Restore")), fill([NEW_NAME, "again"]), "Restore"],
  ],
  TakeSnapshotDialog: [[CLUSTER, menu("Take snapshot"), fill([NEW_NAME, "tuesday"]), "Take snapshot"]],
  CopySnapshotDialog: [["#/snapshots", choose("radio", /monday/, menu("Copy")), fill([NEW_NAME, "copy"]), "Copy"]],
  DeleteSnapshotDialog: [["#/snapshots", choose("radio", /monday/, menu("Delete")), nothing, "Delete"]],
  CreateKeyDialog: [["#/settings", press("Create access key"), fill([NEW_NAME, "backup"]), "Create"]],
  RemoveKeyDialog: [["#/settings", choose("radio", /BRLSKEY1/, press("Remove")), nothing, "Remove"]],
  Preferences: [["#/databases", press("Preferences"), nothing, undefined]],
};

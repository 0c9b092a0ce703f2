// The Actions menu of a cluster or an instance, with the dialogs that it opens.
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { lazy, Suspense, useState } from "react";
import type { Row } from "../model/tree";
import { useSession } from "../state/session";

const StartStopDialog = lazy(() => import("../dialogs/confirm").then((m) => ({ default: m.StartStopDialog })));
const TakeSnapshotDialog = lazy(() => import("../dialogs/snapshot").then((m) => ({ default: m.TakeSnapshotDialog })));
const RestoreDialog = lazy(() => import("../dialogs/restore").then((m) => ({ default: m.RestoreDialog })));
const AddInstanceDialog = lazy(() => import("../dialogs/add-instance").then((m) => ({ default: m.AddInstanceDialog })));
const CrashDialog = lazy(() => import("../dialogs/confirm").then((m) => ({ default: m.CrashDialog })));
const RebootDialog = lazy(() => import("../dialogs/confirm").then((m) => ({ default: m.RebootDialog })));
const DeleteDialog = lazy(() => import("../dialogs/delete").then((m) => ({ default: m.DeleteDialog })));
const ModifyClusterDialog = lazy(() => import("../dialogs/modify-cluster").then((m) => ({ default: m.ModifyClusterDialog })));
const ModifyInstanceDialog = lazy(() => import("../dialogs/modify-instance").then((m) => ({ default: m.ModifyInstanceDialog })));

export function itemsFor(row: Row, readOnly: boolean): ButtonDropdownProps.Item[] {
  const available = row.status === "available";
  const why = readOnly ? "This session is read-only." : `It is ${row.status}.`;
  const item = (id: string, text: string, enabled: boolean, reason = why) => ({
    id, text, disabled: readOnly || !enabled, disabledReason: readOnly || !enabled ? reason : undefined,
  });
  const last = item("delete", "Delete", row.status !== "deleting");
  if (row.kind === "instance") {
    return [
      item("modify-instance", "Modify", available),
      item("reboot", "Reboot", available),
      item("crash", "Crash (for testing)", available),
      last,
    ];
  }
  const several = row.cluster?.EngineMode === "multimaster";
  return [
    item("modify-cluster", "Modify", available),
    item("snapshot", "Take snapshot", available || row.status === "stopped"),
    item("restore", "Restore to point in time", available || row.status === "stopped"),
    item("clone", "Create clone", available || row.status === "stopped"),
    row.status === "stopped" ? item("start", "Start", true) : item("stop", "Stop temporarily", available),
    item("add", "Add instance", row.status !== "deleting" && (several || row.size === "0 instances"), several ? why : "It has one writer."),
    last,
  ];
}

export function Actions({ row }: { row: Row | undefined }) {
  const session = useSession();
  const [open, setOpen] = useState<{ action: string; row: Row }>();
  const close = () => setOpen(undefined);
  return (
    <>
      <ButtonDropdown
        disabled={row === undefined} items={row ? itemsFor(row, session.read_only) : []}
        onItemClick={({ detail }) => row && setOpen({ action: detail.id, row })}
      >
        Actions
      </ButtonDropdown>
      <Suspense>
        {open?.action === "delete" && <DeleteDialog row={open.row} onClose={close} />}
        {open?.action === "reboot" && <RebootDialog id={open.row.id} onClose={close} />}
        {open?.action === "crash" && <CrashDialog id={open.row.id} onClose={close} />}
        {open?.action === "modify-cluster" && open.row.cluster && <ModifyClusterDialog cluster={open.row.cluster} onClose={close} />}
        {open?.action === "modify-instance" && open.row.instance && <ModifyInstanceDialog instance={open.row.instance} onClose={close} />}
        {(open?.action === "start" || open?.action === "stop") && <StartStopDialog id={open.row.id} start={open.action === "start"} onClose={close} />}
        {open?.action === "snapshot" && <TakeSnapshotDialog cluster={open.row.id} onClose={close} />}
        {(open?.action === "restore" || open?.action === "clone") && open.row.cluster && (
          <RestoreDialog source={{ kind: open.action === "clone" ? "clone" : "moment", cluster: open.row.cluster }} onClose={close} />
        )}
        {open?.action === "add" && open.row.cluster && <AddInstanceDialog cluster={open.row.cluster} onClose={close} />}
      </Suspense>
    </>
  );
}

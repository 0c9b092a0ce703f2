// Snapshots of all clusters, those that are gone included.
import { SnapshotsTable } from "../components/snapshots-table";

export function SnapshotsPage() {
  return <SnapshotsTable />;
}

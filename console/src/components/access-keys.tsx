// Access keys, with which programs sign their requests. A secret is shown once.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { get, messageOf, post } from "../api/client";
import { Dialog } from "../dialogs/dialog";
import { RemoveKeyDialog } from "../dialogs/remove";
import * as text from "../model/text";
import { useSession } from "../state/session";
import { CodeBlock } from "./copy";
import { Empty, Failed } from "./states";
import { TextField } from "./text-field";

type Key = { id: string; name: string; read_only: boolean; created_ms: number };
type NewKey = { id: string; secret: string };

export function AccessKeys() {
  const session = useSession();
  const [keys, setKeys] = useState<Key[]>();
  const [selected, setSelected] = useState<Key[]>([]);
  const [open, setOpen] = useState("");
  const [made, setMade] = useState<NewKey>();
  const [error, setError] = useState("");
  const load = () => get<Key[]>("/console/keys").then(
    (found) => {
      setKeys(found);
      setError("");
    },
    (e: unknown) => setError(messageOf(e)),
  );
  useEffect(() => void load(), []);
  const key = selected[0];
  return (
    <SpaceBetween size="m">
      {made && (
        <Alert type="success" dismissible onDismiss={() => setMade(undefined)} header="The key is made. Its secret is shown only now.">
          <CodeBlock what="key" text={`[default]\naws_access_key_id = ${made.id}\naws_secret_access_key = ${made.secret}`} />
        </Alert>
      )}
      <Table
        items={keys ?? []} loading={keys === undefined && !error} loadingText="Loading keys" trackBy="id" selectionType="single" selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        ariaLabels={{ tableLabel: "Access keys", selectionGroupLabel: "Choose a key", itemSelectionLabel: (_, k) => k.id }}
        empty={error ? <Failed error={error} retry={() => void load()} /> : <Empty title="No access keys">No program can use the API.</Empty>}
        columnDefinitions={[
          { id: "id", header: "Access key ID", isRowHeader: true, cell: (k) => k.id },
          { id: "name", header: "Name", cell: (k) => k.name || "-" },
          { id: "may", header: "May", cell: (k) => (k.read_only ? "Look" : "Change everything") },
          { id: "made", header: "Made", cell: (k) => text.time(k.created_ms) },
        ]}
        header={
          <Header
            variant="h2" counter={keys ? `(${keys.length})` : ""}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!key || session.read_only} onClick={() => setOpen("remove")}>Remove</Button>
                <Button disabled={session.read_only} onClick={() => setOpen("create")}>Create access key</Button>
              </SpaceBetween>
            }
          >
            Access keys
          </Header>
        }
      />
      {open === "create" && (
        <CreateKeyDialog
          onClose={() => setOpen("")}
          onMade={(k) => {
            setMade(k);
            void load();
          }}
        />
      )}
      {open === "remove" && key && (
        <RemoveKeyDialog
          id={key.id} onClose={() => setOpen("")}
          onDone={() => {
            setSelected([]);
            void load();
          }}
        />
      )}
    </SpaceBetween>
  );
}

function CreateKeyDialog({ onClose, onMade }: { onClose: () => void; onMade: (key: NewKey) => void }) {
  const [name, setName] = useState("");
  const [readOnly, setReadOnly] = useState(false);
  return (
    <Dialog
      title="Create access key" go="Create" onClose={onClose}
      submit={async () => onMade(await post<NewKey>("/console/keys", { name, read_only: readOnly }))}
    >
      <TextField label="Name" description="What it is for." value={name} set={setName} />
      <Checkbox checked={readOnly} onChange={({ detail }) => setReadOnly(detail.checked)}>It may only look</Checkbox>
    </Dialog>
  );
}

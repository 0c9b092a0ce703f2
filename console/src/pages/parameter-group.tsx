// One parameter group: its parameters, edited where they stand.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "../api/client";
import { parametersOf, setParameter, type Kind, type Parameter } from "../api/parameter-groups";
import { Empty, Failed } from "../components/states";
import { useSession } from "../state/session";

export function ParameterGroupPage({ name, kind }: { name: string; kind: Kind }) {
  const session = useSession();
  const [parameters, setParameters] = useState<Parameter[]>();
  const [error, setError] = useState("");
  const load = useCallback(
    () => parametersOf(kind, name).then(setParameters, (e: unknown) => setError(messageOf(e))),
    [kind, name],
  );
  useEffect(() => void load(), [load]);
  const fixed = session.read_only || name.startsWith("default.");
  const { items, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(parameters ?? [], {
    filtering: {
      empty: error ? <Failed error={error} retry={() => { setError(""); void load(); }} /> : <Empty title="No parameters" />,
      noMatch: <Empty title="No matches" />,
      filteringFunction: (p, t) => [p.ParameterName, p.Description, p.Source].some((f) => f.toLowerCase().includes(t.toLowerCase())),
    },
    sorting: {},
    pagination: { pageSize: 30 },
  });
  return (
    <SpaceBetween size="m">
      {error && parameters && <Alert type="error" dismissible onDismiss={() => setError("")}>{error}</Alert>}
      <Table
        {...collectionProps} items={items} variant="full-page" loading={parameters === undefined && !error} loadingText="Loading parameters" trackBy="ParameterName" wrapLines resizableColumns
        ariaLabels={{
          tableLabel: `Parameters of ${name}`, activateEditLabel: (_, p) => `Edit ${p.ParameterName}`,
          cancelEditLabel: () => "Cancel", submitEditLabel: () => "Save",
        }}
        submitEdit={async (parameter, _, value) => {
          setError("");
          try {
            await setParameter(kind, name, parameter, String(value ?? ""));
          } catch (e) {
            setError(messageOf(e));
          }
          await load();
        }}
        columnDefinitions={[
          { id: "name", header: "Parameter", sortingField: "ParameterName", isRowHeader: true, cell: (p) => p.ParameterName, width: 250 },
          {
            id: "value", header: "Value", width: 180,
            cell: (p) => p.ParameterValue ?? "Engine default",
            editConfig: fixed ? undefined : {
              ariaLabel: "Value", editIconAriaLabel: "editable", errorIconAriaLabel: "Error", constraintText: "Leave it empty for the engine's default.",
              editingCell: (p, { currentValue, setValue }) => <Input autoFocus value={currentValue ?? p.ParameterValue ?? ""} onChange={({ detail }) => setValue(detail.value)} />,
            },
          },
          { id: "allowed", header: "Allowed values", cell: (p) => p.AllowedValues.replaceAll(",", ", ") || "-", width: 190 },
          { id: "type", header: "Applies", sortingField: "ApplyType", cell: (p) => (p.ApplyType === "dynamic" ? "At once" : "After a reboot"), width: 150 },
          { id: "source", header: "Source", sortingField: "Source", cell: (p) => (p.Source === "user" ? "Set here" : "Engine"), width: 125 },
          { id: "description", header: "Description", cell: (p) => p.Description, width: 215 },
        ]}
        filter={<TextFilter {...filterProps} filteringPlaceholder="Find parameters" filteringAriaLabel="Find parameters" countText={filteredItemsCount === undefined ? "" : `${filteredItemsCount} matches`} />}
        pagination={<Pagination {...paginationProps} />}
        header={
          <Header variant="awsui-h1-sticky" counter={parameters ? `(${parameters.length})` : ""} description={name.startsWith("default.") ? "A default group cannot be changed: create one and choose it." : `A group of ${kind}s.`}>
            {name}
          </Header>
        }
      />
    </SpaceBetween>
  );
}

// Which cluster a page is about, where that can be chosen.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { href } from "../model/route";
import { useRegion } from "../state/region";
import { replaceRoute } from "../state/route";

// The chosen one, or the first; undefined: there is none.
export function useChosenCluster(id: string) {
  const { clusters } = useRegion();
  return clusters.find((c) => c.DBClusterIdentifier === id) ?? (id ? undefined : clusters[0]);
}

export function ClusterChoice({ page, id }: { page: string; id: string }) {
  const { clusters } = useRegion();
  const options = clusters.map((c) => ({ value: c.DBClusterIdentifier, label: c.DBClusterIdentifier }));
  return (
    <FormField label="Cluster">
      <Select
        options={options} selectedOption={options.find((o) => o.value === id) ?? null} placeholder="Choose a cluster"
        onChange={({ detail }) => replaceRoute(href(page, detail.selectedOption.value ?? ""))}
      />
    </FormField>
  );
}

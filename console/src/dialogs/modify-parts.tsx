// Fields of what is modified, of clusters and of instances.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import { useEffect, useState } from "react";
import { groupsOf, type Kind } from "../api/parameter-groups";

// `window`: of maintenance; `nowText`: what comes of not waiting for it.
export function When({ now, set, window, nowText }: { now: boolean; set: (now: boolean) => void; window: string; nowText: string }) {
  return (
    <FormField label="When">
      <RadioGroup
        value={now ? "now" : "window"} onChange={({ detail }) => set(detail.value === "now")} ariaLabel="When"
        items={[
          { value: "window", label: "In the next maintenance window", description: `${window} UTC` },
          { value: "now", label: "Now", description: nowText },
        ]}
      />
    </FormField>
  );
}

export function ParameterGroup({ kind, value, set }: { kind: Kind; value: string; set: (name: string) => void }) {
  const [names, setNames] = useState<string[]>([value]);
  useEffect(() => {
    let here = true;
    groupsOf(kind).then((groups) => here && setNames(groups.map((g) => g.name)), () => {}); // then the present one can be kept
    return () => {
      here = false;
    };
  }, [kind]);
  return (
    <FormField label="Parameter group" description="Static parameters wait for the next reboot.">
      <Select
        options={names.map((name) => ({ value: name, label: name }))} selectedOption={{ value, label: value }}
        onChange={({ detail }) => set(detail.selectedOption.value ?? value)}
      />
    </FormField>
  );
}

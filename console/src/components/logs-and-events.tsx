// Logs & events of a cluster or an instance.
import SpaceBetween from "@cloudscape-design/components/space-between";
import { EventsTable } from "./events-table";
import { LogFiles } from "./log-files";

export function LogsAndEvents({ sources, instances }: { sources: readonly string[]; instances: readonly string[] }) {
  return (
    <SpaceBetween size="l">
      <EventsTable sources={sources} />
      <LogFiles key={instances[0]} instances={instances} />
    </SpaceBetween>
  );
}

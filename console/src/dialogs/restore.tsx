// A new cluster from a snapshot, from a cluster as it was, or as it is, with its first instances.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { rds } from "../api/client";
import { TextField } from "../components/text-field";
import { momentProblem, momentText, nameOf, parseMoment, restoreRequest, severalWriters, type Source } from "../model/restore";
import { href } from "../model/route";
import * as text from "../model/text";
import { identifierProblem, wholeNumberProblem } from "../model/validate";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { go } from "../state/route";
import { Dialog } from "./dialog";

const TITLES = { snapshot: "Restore", moment: "Restore to a point in time:", clone: "Clone" };

export function RestoreDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const { clusters, groups, instances } = useRegion();
  const { say } = useNotices();
  const original = source.kind === "snapshot" ? undefined : source.cluster;
  const [name, setName] = useState("");
  const [newest, setNewest] = useState(true);
  const [moment, setMoment] = useState(() => momentText(new Date(original?.LatestRestorableTime ?? Date.now())));
  const [writers, setWriters] = useState(severalWriters(source) ? "2" : "1");
  const like = original ?? clusters.find((c) => source.kind === "snapshot" && c.DBClusterIdentifier === source.snapshot.DBClusterIdentifier);
  const [chosen, setChosen] = useState(like?.VpcSecurityGroups.map((g) => g.VpcSecurityGroupId) ?? []);
  const options = groups.map((g) => ({ value: g.groupId, label: g.groupName, description: g.groupId }));
  const nameError = identifierProblem(name, clusters.map((c) => c.DBClusterIdentifier));
  const momentError = source.kind === "moment" && !newest ? momentProblem(moment, original?.EarliestRestorableTime, original?.LatestRestorableTime) : "";
  const writersError = wholeNumberProblem(writers, 0, severalWriters(source) ? 16 : 1);
  const submit = async () => {
    const when = newest ? "" : (parseMoment(moment)?.toISOString() ?? "");
    const { action, fields } = restoreRequest(source, name, when, chosen);
    await rds(action, fields);
    const engine = source.kind === "snapshot" ? source.snapshot.Engine : source.cluster.Engine;
    const size = instances.find((i) => i.DBClusterIdentifier === original?.DBClusterIdentifier)?.DBInstanceClass ?? "db.t3.micro";
    for (let n = 1; n <= Number(writers); n++) {
      await rds("CreateDBInstance", { DBInstanceIdentifier: `${name}-instance-${n}`, DBClusterIdentifier: name, DBInstanceClass: size, Engine: engine });
    }
    say("info", `${name} is being made from ${nameOf(source)}`);
    go(href("cluster", name.toLowerCase(), "events"));
  };
  return (
    <Dialog
      title={`${TITLES[source.kind]} ${nameOf(source)}`} go={source.kind === "clone" ? "Create clone" : "Restore"}
      disabled={nameError !== "" || momentError !== "" || writersError !== ""} submit={submit} onClose={onClose}
    >
      {source.kind === "moment" && (
        <FormField label="Moment">
          <RadioGroup
            value={newest ? "newest" : "custom"} onChange={({ detail }) => setNewest(detail.value === "newest")}
            items={[
              { value: "newest", label: "The newest there is", description: text.time(original?.LatestRestorableTime) },
              { value: "custom", label: "Another one", description: `From ${text.time(original?.EarliestRestorableTime)}` },
            ]}
          />
        </FormField>
      )}
      {source.kind === "moment" && !newest && (
        <TextField label="Date and time" errorText={momentError} constraintText="In your time zone." value={moment} set={setMoment} />
      )}
      <TextField label="Identifier of the new cluster" errorText={name ? nameError : ""} description="It has the old user and password." value={name} set={setName} />
      <TextField label="Instances" errorText={writersError} type="number" inputMode="numeric" value={writers} set={setWriters} />
      <FormField label={<>Security groups <i>- optional</i></>} description="Whom they let in may connect; the default one lets in nobody until it has a rule.">
        <Multiselect
          options={options} selectedOptions={options.filter((o) => chosen.includes(o.value))} placeholder="The default one"
          onChange={({ detail }) => setChosen(detail.selectedOptions.map((o) => o.value ?? ""))}
        />
      </FormField>
    </Dialog>
  );
}

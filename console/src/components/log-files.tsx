// The log files of instances, the newest lines of one at a time.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { all, messageOf, rds } from "../api/client";
import * as text from "../model/text";
import { Empty, Loading } from "./states";

type File = { LogFileName: string; LastWritten: number; Size: number };
const LINES = 200;

export function LogFiles({ instances }: { instances: readonly string[] }) {
  const [instance, setInstance] = useState(instances[0] ?? "");
  const [files, setFiles] = useState<File[]>(); // undefined: being asked for
  const [name, setName] = useState("");
  const [lines, setLines] = useState<string>();
  const [error, setError] = useState("");
  const [tries, setTries] = useState(0);
  const again = () => setTries((n) => n + 1);
  useEffect(() => {
    let here = true;
    setFiles(undefined);
    setLines(undefined);
    if (!instance) return undefined;
    all<File>("DescribeDBLogFiles", "DescribeDBLogFiles", { DBInstanceIdentifier: instance }).then(
      (found) => {
        if (!here) return;
        setFiles(found);
        setError("");
        setName((before) => (found.some((f) => f.LogFileName === before) ? before : (found[0]?.LogFileName ?? "")));
      },
      (e: unknown) => here && (setFiles([]), setError(messageOf(e))),
    );
    return () => {
      here = false;
    };
  }, [instance, tries]);
  useEffect(() => {
    let here = true;
    if (!files || !name) return undefined;
    rds<{ LogFileData: string }>("DownloadDBLogFilePortion", { DBInstanceIdentifier: instance, LogFileName: name, NumberOfLines: LINES }).then(
      (portion) => here && (setLines(portion.LogFileData), setError("")),
      (e: unknown) => here && (setLines(undefined), setError(messageOf(e))),
    );
    return () => {
      here = false;
    };
  }, [instance, name, files]);
  if (!instance) return null;
  const options = (files ?? []).map((f) => ({ value: f.LogFileName, label: f.LogFileName, description: `${text.bytes(f.Size)}, ${text.time(f.LastWritten)}` }));
  return (
    <Container header={<Header variant="h2" description={`The newest ${LINES} lines.`} actions={<Button iconName="refresh" ariaLabel="Read again" onClick={again} />}>Log files</Header>}>
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="s">
          {instances.length > 1 && (
            <Select
              ariaLabel="Instance" options={instances.map((i) => ({ value: i, label: i }))} selectedOption={{ value: instance, label: instance }}
              onChange={({ detail }) => setInstance(detail.selectedOption.value ?? "")}
            />
          )}
          <Select ariaLabel="Log file" options={options} selectedOption={options.find((o) => o.value === name) ?? null} placeholder="Choose a log file" onChange={({ detail }) => setName(detail.selectedOption.value ?? "")} />
        </SpaceBetween>
        {error && <Alert type="error">{error}</Alert>}
        <Lines lines={lines} name={name} waits={files === undefined} none={files?.length === 0 && !error} />
      </SpaceBetween>
    </Container>
  );
}

function Lines({ lines, name, waits, none }: { lines: string | undefined; name: string; waits: boolean; none: boolean }) {
  if (lines) return <pre className="code log" tabIndex={0} aria-label={name}>{lines}</pre>;
  if (waits) return <Loading />;
  if (none) return <Empty title="No log files yet" />;
  return lines === "" ? <Empty title="Nothing in it" /> : null;
}

// The log files of instances, the newest lines of one at a time.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useEffect, useState } from "react";
import { all, messageOf, rds } from "../api/client";
import * as text from "../model/text";
import { Empty } from "./states";

type File = { LogFileName: string; LastWritten: number; Size: number };
const LINES = 200;

export function LogFiles({ instances }: { instances: readonly string[] }) {
  const [instance, setInstance] = useState(instances[0] ?? "");
  const [files, setFiles] = useState<File[]>([]);
  const [name, setName] = useState("");
  const [lines, setLines] = useState<string>();
  const [error, setError] = useState("");
  useEffect(() => {
    let here = true;
    setFiles([]);
    setLines(undefined);
    if (!instance) return undefined;
    all<File>("DescribeDBLogFiles", "DescribeDBLogFiles", { DBInstanceIdentifier: instance }).then(
      (found) => {
        if (!here) return;
        setFiles(found);
        setName((before) => (found.some((f) => f.LogFileName === before) ? before : (found[0]?.LogFileName ?? "")));
      },
      (e: unknown) => here && setError(messageOf(e)),
    );
    return () => {
      here = false;
    };
  }, [instance]);
  const read = useCallback(async () => {
    if (!instance || !name) return;
    setError("");
    try {
      const portion = await rds<{ LogFileData: string }>("DownloadDBLogFilePortion", { DBInstanceIdentifier: instance, LogFileName: name, NumberOfLines: LINES });
      setLines(portion.LogFileData);
    } catch (e) {
      setError(messageOf(e));
    }
  }, [instance, name]);
  useEffect(() => void read(), [read]);
  const options = files.map((f) => ({ value: f.LogFileName, label: f.LogFileName, description: `${text.bytes(f.Size)}, ${text.time(f.LastWritten)}` }));
  return (
    <Container header={<Header variant="h2" description={`The newest ${LINES} lines.`} actions={<Button iconName="refresh" ariaLabel="Read again" onClick={() => void read()} />}>Log files</Header>}>
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
        {lines ? <pre className="code log" tabIndex={0} aria-label={name}>{lines}</pre> : <Empty title={files.length ? "Nothing in it" : "No log files yet"} />}
      </SpaceBetween>
    </Container>
  );
}

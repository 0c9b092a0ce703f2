// The tags of a resource, editable.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { messageOf, rds, type Fields } from "../api/client";
import type { TagItem } from "../api/types";
import { tagsProblem, type Tag } from "../model/validate";
import { useSession } from "../state/session";
import { TagFields } from "./tag-fields";

export function Tags({ arn, tags }: { arn: string; tags: readonly TagItem[] }) {
  const session = useSession();
  const [edited, setEdited] = useState<Tag[]>();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const kept = tags.map((t) => ({ key: t.Key, value: t.Value }));
  const shown = edited ?? kept;
  const problem = tagsProblem(shown);
  const save = async () => {
    setBusy(true);
    setError("");
    try {
      const gone = kept.filter((t) => !shown.some((s) => s.key === t.key)).map((t) => t.key);
      const put = shown.filter((s) => !kept.some((t) => t.key === s.key && t.value === s.value));
      if (gone.length) await rds("RemoveTagsFromResource", { ResourceName: arn, ...numbered("TagKeys.member", gone) });
      if (put.length) await rds("AddTagsToResource", { ResourceName: arn, ...tagFields(put) });
      setEdited(undefined);
    } catch (e) {
      setError(messageOf(e));
    }
    setBusy(false);
  };
  return (
    <Container
      header={
        <Header
          variant="h2" counter={`(${kept.length})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!edited} onClick={() => setEdited(undefined)}>Undo</Button>
              <Button variant="primary" loading={busy} disabled={!edited || problem !== ""} onClick={() => void save()}>Save</Button>
            </SpaceBetween>
          }
        >
          Tags
        </Header>
      }
    >
      <SpaceBetween size="m">
        <TagFields tags={shown} onChange={setEdited} disabled={session.read_only} />
        {(error || (edited && problem)) && <Alert type="error">{error || problem}</Alert>}
      </SpaceBetween>
    </Container>
  );
}

function numbered(prefix: string, items: readonly string[]): Fields {
  return Object.fromEntries(items.map((item, n) => [`${prefix}.${n + 1}`, item]));
}

function tagFields(tags: readonly Tag[]): Fields {
  return Object.fromEntries(tags.flatMap((t, n) => [[`Tags.Tag.${n + 1}.Key`, t.key], [`Tags.Tag.${n + 1}.Value`, t.value]]));
}

// Tags as rows of two fields.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";
import type { Tag } from "../model/validate";

type Props = { tags: readonly Tag[]; onChange: (tags: Tag[]) => void; disabled?: boolean };

export function TagFields({ tags, onChange, disabled }: Props) {
  const set = (index: number, change: Partial<Tag>) => onChange(tags.map((tag, n) => (n === index ? { ...tag, ...change } : tag)));
  return (
    <AttributeEditor
      items={tags} addButtonText="Add tag" removeButtonText="Remove" empty="No tags."
      disableAddButton={disabled || tags.length >= 50} isItemRemovable={() => !disabled}
      onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, n) => n !== detail.itemIndex))}
      removeButtonAriaLabel={(tag) => `Remove the tag ${tag.key}`}
      definition={[
        { label: "Key", control: (tag, n) => <Input ariaLabel={`Key of tag ${n + 1}`} value={tag.key} disabled={disabled} onChange={({ detail }) => set(n, { key: detail.value })} /> },
        { label: "Value", control: (tag, n) => <Input ariaLabel={`Value of tag ${n + 1}`} value={tag.value} disabled={disabled} onChange={({ detail }) => set(n, { value: detail.value })} /> },
      ]}
    />
  );
}

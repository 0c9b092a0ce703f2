// What a person wants to see of the databases' table.
import CollectionPreferences, { type CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";

type Props = {
  columns: readonly { id?: string; header?: unknown }[];
  preferences: CollectionPreferencesProps.Preferences;
  onConfirm: (preferences: CollectionPreferencesProps.Preferences) => void;
};

export function Preferences({ columns, preferences, onConfirm }: Props) {
  return (
    <CollectionPreferences
      title="Preferences" confirmLabel="Confirm" cancelLabel="Cancel" preferences={preferences}
      onConfirm={({ detail }) => onConfirm(detail)}
      pageSizePreference={{ title: "Clusters on a page", options: [10, 20, 50].map((value) => ({ value, label: String(value) })) }}
      wrapLinesPreference={{ label: "Wrap lines", description: "Show all of a text" }}
      stripedRowsPreference={{ label: "Striped rows", description: "Colour every other row" }}
      contentDensityPreference={{ label: "Compact", description: "More rows on a screen" }}
      visibleContentPreference={{
        title: "Columns",
        options: [{ label: "Databases", options: columns.map((c) => ({ id: c.id ?? "", label: String(c.header), editable: c.id !== "id" })) }],
      }}
    />
  );
}

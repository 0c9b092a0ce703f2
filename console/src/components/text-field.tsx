// A line of text to fill in, with its label.
import FormField, { type FormFieldProps } from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";

type Shown = Pick<FormFieldProps, "label" | "description" | "constraintText" | "errorText">;
type Typed = Pick<InputProps, "value" | "type" | "inputMode" | "autoComplete" | "placeholder" | "disabled">;

export function TextField({ label, description, constraintText, errorText, set, ...input }: Shown & Typed & { set: (text: string) => void }) {
  return (
    <FormField label={label} description={description} constraintText={constraintText} errorText={errorText}>
      <Input {...input} onChange={({ detail }) => set(detail.value)} />
    </FormField>
  );
}

// A modal form: fields, what went wrong, cancel and go.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";
import { messageOf } from "../api/client";

type Props = {
  title: string;
  go: string; // the button's text
  disabled?: boolean;
  submit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
};

export function Dialog({ title, go, disabled, submit, onClose, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const run = async () => {
    if (busy || disabled) return;
    setBusy(true);
    setError("");
    try {
      await submit();
      onClose();
    } catch (e) {
      setError(messageOf(e));
      setBusy(false);
    }
  };
  return (
    <Modal
      visible header={title} onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>Cancel</Button>
            <Button variant="primary" loading={busy} disabled={disabled} onClick={() => void run()}>{go}</Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <SpaceBetween size="m">
          {children}
          {error && <Alert type="error">{error}</Alert>}
        </SpaceBetween>
      </form>
    </Modal>
  );
}

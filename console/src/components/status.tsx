// A resource's status with its sign.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { status as text } from "../model/text";

export function signOf(status: string): StatusIndicatorProps.Type {
  if (status === "available" || status === "active") return "success";
  if (status === "failed") return "error";
  if (status === "stopped") return "stopped";
  return "in-progress";
}

export function Status({ status }: { status: string }) {
  return <StatusIndicator type={signOf(status)}>{text(status)}</StatusIndicator>;
}

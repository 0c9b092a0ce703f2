// Cells that change every second, drawn by themselves.
import { cpuPercent, latest, latestRate } from "../model/figures";
import * as text from "../model/text";
import { useSamples } from "../state/samples";

type Props = { instance: string };

export function Cpu({ instance }: Props) {
  const value = cpuPercent(useSamples(), instance);
  return <>{value === undefined ? "-" : `${text.number(value, 1)} %`}</>;
}

export function Connections({ instance }: Props) {
  return <>{text.number(latest(useSamples(), instance, "connections"))}</>;
}

export function Activity({ instance }: Props) {
  const queries = latestRate(useSamples(), instance, "queries");
  const commits = latestRate(useSamples(), instance, "commits");
  if (queries === undefined) return <>-</>;
  return <>{`${text.number(queries, 0)} queries/s, ${text.number(commits ?? 0, 1)} commits/s`}</>;
}

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
  const commits = latestRate(useSamples(), instance, "commits");
  return <>{commits === undefined ? "-" : `${text.rate(commits)} commits/s`}</>;
}

// Of several instances together.
export function Commits({ instances }: { instances: readonly string[] }) {
  const samples = useSamples();
  const rates = instances.map((i) => latestRate(samples, i, "commits")).filter((r) => r !== undefined);
  return <>{rates.length === 0 ? "-" : `${text.rate(rates.reduce((sum, r) => sum + r, 0))} commits/s`}</>;
}

// The samples of the last minutes, outside of React: only what shows figures is drawn anew each second.
import { useSyncExternalStore } from "react";
import type { Sample } from "../model/figures";

let samples: Sample[] = [];
const listeners = new Set<() => void>();

function set(next: Sample[]): void {
  if (next === samples) return;
  samples = next;
  listeners.forEach((listener) => listener());
}

export const samplesStore = {
  replace: set,
  update: (change: (samples: readonly Sample[]) => Sample[]) => set(change(samples)),
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSamples(): readonly Sample[] {
  return useSyncExternalStore(subscribe, () => samples);
}

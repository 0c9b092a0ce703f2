// The trials that the stream tells of, by cluster, outside of React.
import { useSyncExternalStore } from "react";
import { NO_TRIAL, withNews, type News, type Trial } from "../model/trial";

let trials: ReadonlyMap<string, Trial> = new Map();
const listeners = new Set<() => void>();

export function trialNews(news: News): void {
  trials = new Map([...trials, [news.cluster, withNews(trials.get(news.cluster) ?? NO_TRIAL, news)]]);
  listeners.forEach((listener) => listener());
}

export function useTrial(cluster: string): Trial {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => trials.get(cluster) ?? NO_TRIAL,
  );
}

// What the region holds, kept up to date: fetched anew whenever the daemon's stream says that
// something changed. Also the connection itself: lost, and healed.
import { createContext, startTransition, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { all, ec2, get, messageOf } from "../api/client";
import type { Cluster, Instance, SecurityGroup, Snapshot } from "../api/types";
import { append, type Sample } from "../model/figures";
import { sameWhereEqual } from "../model/same";
import type { News } from "../model/trial";
import { samplesStore } from "./samples";
import { trialNews } from "./trials";

export type Region = {
  loaded: boolean;
  error: string;
  live: boolean; // the stream stands
  clusters: Cluster[];
  instances: Instance[];
  groups: SecurityGroup[];
  snapshots: Snapshot[];
  refresh: () => void;
};

const EMPTY: Region = {
  loaded: false, error: "", live: false, clusters: [], instances: [], groups: [], snapshots: [], refresh: () => {},
};

const Context = createContext<Region>(EMPTY);
export const useRegion = () => useContext(Context);

// Counts changes that were seen, for what is asked for besides; apart from the region, which may be the same.
const Version = createContext(0);
export const useVersion = () => useContext(Version);

type Data = Pick<Region, "clusters" | "instances" | "groups" | "snapshots">;

async function fetchRegion(): Promise<Data> {
  const [clusters, instances, groups, snapshots] = await Promise.all([
    all<Cluster>("DescribeDBClusters", "DBClusters"),
    all<Instance>("DescribeDBInstances", "DBInstances"),
    ec2<{ securityGroupInfo: SecurityGroup[] }>("DescribeSecurityGroups").then((a) => a.securityGroupInfo),
    all<Snapshot>("DescribeDBClusterSnapshots", "DBClusterSnapshots"),
  ]);
  return { clusters, instances, groups, snapshots };
}

const RETRY_MS = 1000;

export function RegionProvider({ children }: { children: ReactNode }) {
  const [data, setData] = useState<Data>({ clusters: [], instances: [], groups: [], snapshots: [] });
  const [loaded, setLoaded] = useState(false);
  const [error, setError] = useState("");
  const [live, setLive] = useState(false);
  const [version, setVersion] = useState(0);
  const fetching = useRef(false);
  const again = useRef(false);
  const later = useRef<number>();
  const gone = useRef(false);

  const refresh = useCallback(async (): Promise<void> => {
    if (fetching.current) {
      again.current = true; // what changed meanwhile may be missing in what comes
      return;
    }
    fetching.current = true;
    do {
      again.current = false;
      try {
        const found = await fetchRegion();
        setError("");
        // May be interrupted: a large table is drawn anew between frames, not instead of them.
        startTransition(() => {
          setData((before) => sameWhereEqual(before, found));
          setLoaded(true);
          setVersion((v) => v + 1);
        });
      } catch (e) {
        if (gone.current) break;
        setError(messageOf(e));
        window.clearTimeout(later.current);
        later.current = window.setTimeout(() => void refresh(), RETRY_MS);
      }
    } while (again.current);
    fetching.current = false;
  }, []);

  useEffect(() => {
    gone.current = false;
    let source: EventSource | undefined;
    let retry: number | undefined;
    const open = () => {
      source = new EventSource("/console/stream");
      source.addEventListener("open", () => {
        setLive(true);
        void get<Sample[]>("/console/figures").then(samplesStore.replace, () => {});
      });
      source.addEventListener("region", () => void refresh());
      source.addEventListener("figures", (event) => {
        const sample = JSON.parse((event as MessageEvent<string>).data) as Sample;
        samplesStore.update((samples) => append(samples, sample));
      });
      source.addEventListener("trial", (event) => trialNews(JSON.parse((event as MessageEvent<string>).data) as News));
      source.addEventListener("error", () => {
        setLive(false);
        source?.close();
        retry = window.setTimeout(() => {
          void refresh(); // says whether the session still holds
          open();
        }, RETRY_MS);
      });
    };
    open();
    return () => {
      gone.current = true;
      window.clearTimeout(retry);
      window.clearTimeout(later.current);
      source?.close();
    };
  }, [refresh]);

  const value = useMemo(
    () => ({ ...data, loaded, error, live, refresh: () => void refresh() }),
    [data, loaded, error, live, refresh],
  );
  return (
    <Context.Provider value={value}>
      <Version.Provider value={version}>{children}</Version.Provider>
    </Context.Provider>
  );
}

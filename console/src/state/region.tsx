// What the region holds, kept up to date: fetched anew whenever the daemon's stream says that
// something changed. Also the connection itself: lost, and healed.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { all, ec2, get, messageOf } from "../api/client";
import type { Cluster, Instance, SecurityGroup, Snapshot } from "../api/types";
import { append, type Sample } from "../model/figures";
import type { News } from "../model/trial";
import { samplesStore } from "./samples";
import { trialNews } from "./trials";

export type Region = {
  loaded: boolean;
  error: string;
  live: boolean; // the stream stands
  version: number; // counts changes that were seen
  clusters: Cluster[];
  instances: Instance[];
  groups: SecurityGroup[];
  snapshots: Snapshot[];
  refresh: () => void;
};

const EMPTY: Region = {
  loaded: false, error: "", live: false, version: 0, clusters: [], instances: [], groups: [], snapshots: [], refresh: () => {},
};

const Context = createContext<Region>(EMPTY);
export const useRegion = () => useContext(Context);

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

  const refresh = useCallback(async () => {
    if (fetching.current) {
      again.current = true; // what changed meanwhile may be missing in what comes
      return;
    }
    fetching.current = true;
    do {
      again.current = false;
      try {
        setData(await fetchRegion());
        setError("");
        setLoaded(true);
        setVersion((v) => v + 1);
      } catch (e) {
        setError(messageOf(e));
      }
    } while (again.current);
    fetching.current = false;
  }, []);

  useEffect(() => {
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
      window.clearTimeout(retry);
      source?.close();
    };
  }, [refresh]);

  const value = useMemo(
    () => ({ ...data, loaded, error, live, version, refresh: () => void refresh() }),
    [data, loaded, error, live, version, refresh],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

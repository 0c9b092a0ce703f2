// The newest records of a cluster's log, asked for once a second while somebody looks at them; not
// while the page is hidden. The daemon stops reading the log when nobody asks.
import { useEffect, useState } from "react";
import { get, messageOf } from "../api/client";
import { withNews, type LogNews } from "../model/log-records";

const EVERY_MS = 1000;

export function useLogRecords(cluster: string, running: boolean): { news: LogNews | undefined; error: string } {
  const [state, setState] = useState<{ cluster: string; news: LogNews | undefined; error: string }>({ cluster, news: undefined, error: "" });
  useEffect(() => {
    if (!running) return;
    let known: LogNews | undefined;
    let timer: number | undefined;
    let here = true;
    const look = async () => {
      if (!document.hidden) {
        try {
          const news = await get<LogNews>(`/console/log?cluster=${encodeURIComponent(cluster)}&after=${known?.records[0]?.seqno ?? 0}`);
          known = withNews(known, news);
          if (here) setState({ cluster, news: known, error: "" });
        } catch (error) {
          if (here) setState({ cluster, news: known, error: messageOf(error) });
        }
      }
      if (here) timer = window.setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [cluster, running]);
  return state.cluster === cluster ? state : { news: undefined, error: "" };
}

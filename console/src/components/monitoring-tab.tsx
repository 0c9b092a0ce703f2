// Charts are large: they are fetched when somebody looks at them.
import { lazy, Suspense } from "react";
import { Loading } from "./states";

const Monitoring = lazy(() => import("./monitoring").then((m) => ({ default: m.Monitoring })));

export function MonitoringTab(props: { instances: readonly string[]; cluster?: string }) {
  return (
    <Suspense fallback={<Loading />}>
      <Monitoring {...props} />
    </Suspense>
  );
}

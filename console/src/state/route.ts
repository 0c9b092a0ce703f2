// The page's address as state. Links are ordinary ones, so that the back button works.
import { useEffect, useState } from "react";
import { parseRoute, type Route } from "../model/route";

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => {
      setRoute(parseRoute(location.hash));
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export function go(to: string): void {
  location.hash = to;
}

// The same page under another address, without a step for the back button.
export function replaceRoute(to: string): void {
  history.replaceState(null, "", to);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

// Notifications at the top of the page.
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { messageOf } from "../api/client";

type Notices = {
  // Words alone go by themselves; an error stays, and what holds something to take along (a password).
  items: FlashbarProps.MessageDefinition[];
  say: (type: "success" | "info" | "error", header: string, content?: ReactNode) => void;
  // Says what went wrong, as the API put it.
  fail: (header: string, error: unknown) => void;
};

const Context = createContext<Notices>({ items: [], say: () => {}, fail: () => {} });
export const useNotices = () => useContext(Context);

const ITEMS_MAX = 5;
const GOES_MS = 8000;

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);
  const say = useCallback<Notices["say"]>((type, header, content) => {
    const id = crypto.randomUUID?.() ?? String(Math.random());
    const onDismiss = () => setItems((all) => all.filter((item) => item.id !== id));
    setItems((all) => [{ id, type, header, content, dismissible: true, onDismiss, dismissLabel: "Dismiss" }, ...all].slice(0, ITEMS_MAX));
    if (type !== "error" && typeof content !== "object") window.setTimeout(onDismiss, GOES_MS);
  }, []);
  const value = useMemo(
    () => ({ items, say, fail: (header: string, error: unknown) => say("error", header, messageOf(error)) }),
    [items, say],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

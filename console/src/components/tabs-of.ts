// The tabs of a page: their names from model/route.ts, and what each shows. One that is missing is an
// error of types.
import type { TabsProps } from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";

export function tabsOf<Name extends string>(labels: Record<Name, string>, contents: Record<Name, ReactNode>): TabsProps.Tab[] {
  return (Object.keys(labels) as Name[]).map((id) => ({ id, label: labels[id], content: contents[id] }));
}

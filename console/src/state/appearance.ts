// Light or dark; kept in the browser, which is no secret.
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useEffect, useState } from "react";

export type Appearance = "system" | "light" | "dark";
const KEY = "borealis-appearance";
const DARK = window.matchMedia("(prefers-color-scheme: dark)");

function apply(appearance: Appearance): void {
  const dark = appearance === "dark" || (appearance === "system" && DARK.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

function kept(): Appearance {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export function useAppearance(): [Appearance, (appearance: Appearance) => void] {
  const [appearance, setAppearance] = useState(kept);
  useEffect(() => {
    apply(appearance);
    localStorage.setItem(KEY, appearance);
    const changed = () => apply(appearance);
    DARK.addEventListener("change", changed);
    return () => DARK.removeEventListener("change", changed);
  }, [appearance]);
  return [appearance, setAppearance];
}

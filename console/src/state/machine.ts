// What this machine has, asked for once.
import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { Machine } from "../api/types";

export function useMachine(): Machine | undefined {
  const [machine, setMachine] = useState<Machine>();
  useEffect(() => {
    let here = true;
    get<Machine>("/console/machine").then((m) => here && setMachine(m), () => {});
    return () => {
      here = false;
    };
  }, []);
  return machine;
}

// Who has signed in.
import { createContext, useContext } from "react";
import type { SessionInfo } from "../api/client";

export const SessionContext = createContext<SessionInfo>({
  token: "", read_only: true, key_id: "", region: "", ends_ms: 0,
});
export const useSession = () => useContext(SessionContext);

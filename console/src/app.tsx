// The whole: who is signed in sees the console, everybody else the door.
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useEffect, useState } from "react";
import { ApiError, session, setSignedOutHandler, type SessionInfo } from "./api/client";
import { Shell } from "./components/shell";
import { NoticesProvider } from "./state/notices";
import { RegionProvider } from "./state/region";
import { SessionContext } from "./state/session";
import { useAppearance } from "./state/appearance";

const SignIn = lazy(() => import("./pages/sign-in").then((m) => ({ default: m.SignIn })));

type Who = SessionInfo | "unknown" | "nobody";

export function App() {
  const [who, setWho] = useState<Who>("unknown");
  const appearance = useAppearance();
  useEffect(() => {
    setSignedOutHandler(() => setWho("nobody"));
    const ask = () =>
      session().then(setWho, (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) setWho("nobody");
        else window.setTimeout(() => void ask(), 1000);
      });
    void ask();
  }, []);
  if (who === "unknown") return <Waiting />;
  if (who === "nobody") {
    return (
      <Suspense fallback={<Waiting />}>
        <SignIn onSignedIn={setWho} />
      </Suspense>
    );
  }
  return (
    <SessionContext.Provider value={who}>
      <NoticesProvider>
        <RegionProvider>
          <Shell appearance={appearance} onSignedOut={() => setWho("nobody")} />
        </RegionProvider>
      </NoticesProvider>
    </SessionContext.Provider>
  );
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxxl">
      <Spinner size="large" /> Waiting for the daemon
    </Box>
  );
}

// The frame around every page: top bar, navigation, notifications, and what tells that the daemon is
// lost.
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Suspense, useEffect } from "react";
import { signOut } from "../api/client";
import { href, sectionOf, titleOf, trailOf, type Route } from "../model/route";
import { Page } from "../pages/pages";
import type { Appearance } from "../state/appearance";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { useRoute } from "../state/route";
import { useSession } from "../state/session";
import { Loading } from "./states";

type Props = { appearance: [Appearance, (a: Appearance) => void]; onSignedOut: () => void };

export function Shell({ appearance, onSignedOut }: Props) {
  const route = useRoute();
  useEffect(() => {
    document.title = `${titleOf(route)} | Borealis`;
  }, [route]);
  return (
    <>
      <div id="top">
        <TopBar appearance={appearance} onSignedOut={onSignedOut} />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigation={<Navigation route={route} />}
        breadcrumbs={<BreadcrumbGroup items={trailOf(route)} />}
        notifications={<Notifications />}
        content={<Suspense fallback={<Loading />}><Page route={route} /></Suspense>}
      />
    </>
  );
}

function TopBar({ appearance: [mode, setMode], onSignedOut }: Props) {
  const session = useSession();
  const { fail } = useNotices();
  const leave = () => signOut().then(onSignedOut, (e: unknown) => fail("Signing out failed", e));
  return (
    <TopNavigation
      identity={{ href: href("databases"), title: "Borealis", logo: { src: "/icon.svg", alt: "" } }}
      utilities={[
        { type: "button", text: session.region, disableUtilityCollapse: true, iconName: "globe", title: "Region" },
        {
          type: "menu-dropdown", text: "Appearance", iconName: "settings", ariaLabel: "Appearance",
          items: (["system", "light", "dark"] as const).map((id) => ({
            id, text: { system: "As the system", light: "Light", dark: "Dark" }[id], disabled: mode === id,
          })),
          onItemClick: ({ detail }) => setMode(detail.id as Appearance),
        },
        {
          type: "menu-dropdown", text: session.key_id || "Administrator", iconName: "user-profile",
          description: session.read_only ? "Read-only" : "May change everything",
          items: [{ id: "settings", text: "Settings", href: href("settings") }, { id: "out", text: "Sign out" }],
          onItemClick: ({ detail }) => detail.id === "out" && void leave(),
        },
      ]}
    />
  );
}

function Navigation({ route }: { route: Route }) {
  return (
    <SideNavigation
      header={{ text: "This machine", href: href("databases") }}
      activeHref={href(sectionOf(route))}
      items={[
        { type: "link", text: "Databases", href: href("databases") },
        { type: "link", text: "Snapshots", href: href("snapshots") },
        { type: "link", text: "Parameter groups", href: href("parameter-groups") },
        { type: "link", text: "Security groups", href: href("security-groups") },
        { type: "link", text: "Events", href: href("events") },
        { type: "divider" },
        { type: "link", text: "Try it", href: href("try") },
        { type: "link", text: "The log, live", href: href("log") },
        { type: "divider" },
        { type: "link", text: "Settings", href: href("settings") },
      ]}
    />
  );
}

function Notifications() {
  const { items } = useNotices();
  const { live, loaded, error } = useRegion();
  const lost: FlashbarProps.MessageDefinition[] =
    (loaded && !live) || error
      ? [{
          id: "lost", type: "warning", loading: !live,
          header: live ? "What is shown may be old" : "The connection to the daemon is lost",
          content: live ? error : "What is shown may be old. Trying to connect again; the databases go on without the daemon.",
        }]
      : [];
  return <Flashbar items={[...lost, ...items]} />;
}

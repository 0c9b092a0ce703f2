// Events of everything.
import { EventsTable } from "../components/events-table";

export function EventsPage() {
  return <EventsTable variant="full-page" />;
}

"""Until a session of a server does what a test needs it to do, instead of some time after it was asked to."""

from .server import Server
from .waiting import wait_until


def await_session(server: Server, statement: str, state: str = "%"):
    """Until a session, of a client or of an applier, is in a statement and state LIKE these."""
    wait_until(lambda: server.query("SELECT 1 FROM information_schema.processlist WHERE info LIKE %s AND state LIKE %s"
                                    " AND id <> CONNECTION_ID()", (statement, state)),
               f"{server.name}: somebody is in {statement}, {state}", pause_s=0.01)

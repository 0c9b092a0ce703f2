"""Until a session of a server does what a test needs it to do, instead of some time after it was asked to."""

import time

from .server import Server

_BOUND_S = 60


def await_session(server: Server, statement: str, state: str = "%", while_true=lambda: True) -> bool:
    """Until a session, of a client or of an applier, is in a statement and state LIKE these. False: `while_true`,
    as long as there may be one yet, is over."""
    end = time.monotonic() + _BOUND_S
    while not server.query("SELECT 1 FROM information_schema.processlist WHERE info LIKE %s AND state LIKE %s"
                           " AND id <> CONNECTION_ID()", (statement, state)):
        if not while_true():
            return False
        if time.monotonic() > end:
            raise TimeoutError(f"{server.name}: nobody is in {statement}, {state}, within {_BOUND_S} s")
        time.sleep(0.01)
    return True

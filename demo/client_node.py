"""One writer as the demo's client sees it: a connection, and a thread that makes it again.

Threading: the client's thread uses `connection`; the reconnecting thread makes a new connection and
hands it over under the waiter's lock. Neither ever waits for the network while holding the lock.
Every network wait is bounded, so a node that is dead, stopped or unreachable costs at most
ANSWER_TIMEOUT_S once, and nothing after that.
"""
import json
import threading
import time

import pymysql

CONNECT_TIMEOUT_S = 2
ANSWER_TIMEOUT_S = 5
RECONNECT_PAUSE_S = 0.2

# Lost or refused connections, a server going down or not ready for work yet.
DOWN_ERRORS = {0, 1047, 1053, 1152, 1158, 1159, 1160, 1161, 1927,
               2002, 2003, 2006, 2013, 2014, 2026, 2055}
# The transaction was rolled back for certain: it lost against another one, or waited too long.
ROLLED_BACK_ERRORS = {1020, 1205, 1213}
# A wrong name, password or statement: no other try can help.
FATAL_ERRORS = {1044, 1045, 1046, 1049, 1054, 1064, 1142, 1146, 1406}


def parse_address(text):
    """'host' or 'host:port' -> (host, port). Raises ValueError with a reason."""
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, "3306"
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{text}' is not host or host:port")
    return host, int(port)


class Waiter:
    """Counts the nodes that came up, so that a thread can wait for the next one."""

    def __init__(self):
        self.condition = threading.Condition()
        self._count = 0

    def count(self):
        with self.condition:
            return self._count

    def bump(self):
        """REQUIRES: condition held."""
        self._count += 1
        self.condition.notify_all()

    def wait_past(self, seen, timeout_s):
        with self.condition:
            self.condition.wait_for(lambda: self._count > seen, timeout_s)


class Journal:
    """Appends JSON lines, each flushed at once; does nothing without a path. Thread-safe."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8") if path else None
        self._lock = threading.Lock()

    def write(self, event, node, **fields):
        if self._file is None:
            return
        line = json.dumps({"event": event, "t": time.monotonic(), "node": node, **fields})
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


class Node:
    def __init__(self, name, address, waiter, journal, login):
        self.name, self.host, self.port = name, address[0], address[1]
        self.where = f"{self.host}:{self.port}"
        self.connection = None  # guarded by waiter.condition while the thread runs
        self._waiter, self._journal, self._login = waiter, journal, login
        self._wanted = threading.Event()  # a connection has to be made
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_connected, name=name, daemon=True)

    def start(self):
        """Makes the first connection here if the node is up, else leaves it to the thread."""
        try:
            self.connection = self._connect()
        except (pymysql.MySQLError, OSError) as e:
            if e.args and e.args[0] in FATAL_ERRORS:
                raise
            print(f"            {self.name} ({self.where}) is not up yet: {e}", flush=True)
            self._wanted.set()
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(CONNECT_TIMEOUT_S + ANSWER_TIMEOUT_S)
        self._close()

    def usable(self):
        with self._waiter.condition:
            return self.connection is not None

    def is_down_error(self, error):
        """InterfaceError is how the driver says that it has given the connection up."""
        return (isinstance(error, pymysql.err.InterfaceError)
                or (error.args and error.args[0] in DOWN_ERRORS))

    def mark_down(self, error):
        self._close()
        self._journal.write("down", self.name, message=str(error))
        self._wanted.set()

    def rollback(self):
        try:
            self.connection.rollback()
        except pymysql.MySQLError as e:
            self.mark_down(e)

    def _close(self):
        with self._waiter.condition:
            connection, self.connection = self.connection, None
        if connection is not None:
            # No polite QUIT: it could block on a server that no longer reads.
            connection._force_close()  # pylint: disable=protected-access

    def _connect(self):
        connection = pymysql.connect(host=self.host, port=self.port, autocommit=False,
                                     connect_timeout=CONNECT_TIMEOUT_S,
                                     read_timeout=ANSWER_TIMEOUT_S, write_timeout=ANSWER_TIMEOUT_S,
                                     **self._login)
        try:
            with connection.cursor() as cursor:  # a server that is not ready refuses this
                cursor.execute("SELECT @@hostname")
                cursor.fetchone()
            connection.rollback()
        except Exception:
            connection._force_close()  # pylint: disable=protected-access
            raise
        return connection

    def _keep_connected(self):
        while True:
            self._wanted.wait()
            if self._stopping.is_set():
                return
            try:
                connection = self._connect()
            except (pymysql.MySQLError, OSError):
                self._stopping.wait(RECONNECT_PAUSE_S)
                continue
            self._journal.write("up", self.name)
            print(f"            {self.name} ({self.where}) is connected again", flush=True)
            with self._waiter.condition:
                self._wanted.clear()
                self.connection = connection
                self._waiter.bump()

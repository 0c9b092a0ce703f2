"""Mixed load with an account of every transaction: acknowledged, refused or unknown.

Each transaction leaves exactly one row with its own token in `w.journal`, a table without any key,
so that nothing but the system keeps a token from appearing twice. What else it does must agree with
that row: transfers keep the sum of balances, tallies count their tokens. `verify` checks a node's
tables against the account:

  acknowledged  exactly one row        refused   none
  unknown       none or one (the connection broke while the commit was under way)
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pymysql

from .compare import wait_same_seqno
from .server import Server

ACCOUNTS = 64
_BALANCE = 1000
# The transaction is rolled back, says the server; it may be run again.
CONFLICTS = {1213, 1020, 1205}
# Broken connections: what became of a statement under way is not known.
_BROKEN = {0, 2006, 2013, 2014, 2055, 1053, 1927, 4031}
_NOT_READY = 1047
_RECONNECT_S = 0.02


def judge_error(error) -> tuple:
    """The number of an error that a client met, 0 for none, and whether the connection is gone."""
    number = error.args[0] if isinstance(error, pymysql.Error) and error.args else 0
    return number, number in _BROKEN or not isinstance(number, int) or isinstance(error, OSError)


_TABLES = [
    "CREATE DATABASE w",
    "CREATE TABLE w.journal (token BIGINT, kind INT, node INT, note VARCHAR(200))",
    "CREATE TABLE w.ledger (id BIGINT AUTO_INCREMENT PRIMARY KEY, token BIGINT, KEY (token))",
    "CREATE TABLE w.account (id INT PRIMARY KEY, balance BIGINT NOT NULL)",
    "CREATE TABLE w.tally (writer INT PRIMARY KEY, n BIGINT NOT NULL)",
    f"INSERT INTO w.account SELECT seq, {_BALANCE} FROM w.seq_1_to_{ACCOUNTS}",
]


def create_tables(servers: list[Server]):
    """Made on the first; returns when all have them."""
    for statement in _TABLES:
        servers[0].query(statement)
    wait_same_seqno(servers)


@dataclass
class Account:
    """What clients were told. Shared by all writers of a test, over all its rounds."""

    acknowledged: dict = field(default_factory=dict)  # token -> (kind, node)
    unknown: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    errors: Counter = field(default_factory=Counter)  # error number -> times
    # Numbers that the test's own faults explain; conflicts and broken connections always count so.
    expected: set = field(default_factory=lambda: {_NOT_READY})
    unexpected: list = field(default_factory=list)  # errors that no fault explains
    writers: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def next_writer(self) -> int:
        with self.guard:
            self.writers += 1
            return self.writers


class Writer(threading.Thread):
    """One client of one node; reconnects for ever, never repeats a transaction."""

    def __init__(self, account: Account, server: Server, node: int, pause_s: float = 0.0):
        super().__init__(name=f"writer-{server.name}", daemon=True)
        self.account, self.server, self.node, self.pause_s = account, server, node, pause_s
        self.id = account.next_writer()
        self.acknowledged_at = []  # monotonic seconds
        self._stopping = threading.Event()
        self._count = 0
        self._random = random.Random(self.id)
        self._connection = None

    def stop(self):
        self._stopping.set()

    def run(self):
        try:
            while not self._stopping.is_set():
                if self._connect():
                    self._transaction()
                    self._stopping.wait(self.pause_s)
                else:
                    self._stopping.wait(_RECONNECT_S)
        except Exception as error:
            with self.account.guard:
                self.account.unexpected.append(f"{self.server.name}: {error!r}")
        finally:
            self._disconnect()

    def _connect(self) -> bool:
        if self._connection is not None:
            return True
        try:
            self._connection = self.server.connect(
                autocommit=False, connect_timeout=5, read_timeout=120, write_timeout=120)
            return True
        except pymysql.Error:
            return False

    def _disconnect(self):
        if self._connection is not None:
            try:
                self._connection.close()
            except pymysql.Error:
                pass  # broken already
            self._connection = None

    def _transaction(self):
        self._count += 1
        token = self.id * 10_000_000 + self._count
        kind = self._random.choices([0, 1, 2, 3], [4, 3, 3, 1])[0]
        committing = False
        try:
            with self._connection.cursor() as cursor:
                self._statements(cursor, kind, token)
                cursor.execute("INSERT INTO w.journal VALUES (%s, %s, %s, %s)",
                               (token, kind, self.node, "x" * self._random.randrange(200)))
                committing = True
                cursor.execute("COMMIT")
        except (pymysql.Error, OSError) as error:
            self._failed(token, kind, committing, error)
            return
        now = time.monotonic()
        with self.account.guard:
            self.account.acknowledged[token] = (kind, self.node)
        self.acknowledged_at.append(now)

    def _statements(self, cursor, kind, token):
        if kind == 0:
            cursor.execute("INSERT INTO w.ledger (token) VALUES (%s)", (token,))
        elif kind == 1:
            payer, payee = sorted(self._random.sample(range(1, ACCOUNTS + 1), 2))
            amount = self._random.randrange(1, 50)
            cursor.execute("UPDATE w.account SET balance = balance - %s WHERE id = %s",
                           (amount, payer))
            cursor.execute("UPDATE w.account SET balance = balance + %s WHERE id = %s",
                           (amount, payee))
        elif kind == 2:
            cursor.execute("INSERT INTO w.tally VALUES (%s, 1) ON DUPLICATE KEY UPDATE n = n + 1",
                           (self.id,))
        else:
            cursor.executemany("INSERT INTO w.ledger (token) VALUES (%s)", [(token,)] * 20)
            cursor.execute("DELETE FROM w.ledger WHERE token = %s ORDER BY id LIMIT 19", (token,))

    def _failed(self, token, kind, committing, error):
        number, broken = judge_error(error)
        with self.account.guard:
            self.account.errors[number] += 1
            if not broken and number not in CONFLICTS | self.account.expected:
                self.account.unexpected.append(f"{self.server.name}: {error}")
            outcome = self.account.unknown if broken and committing else self.account.refused
            outcome[token] = (kind, self.node)
        if broken:
            self._disconnect()
            return
        try:
            self._connection.rollback()
        except (pymysql.Error, OSError):
            self._disconnect()
        # A node that takes no statements now (1047) or no commits (1180): do not spin.
        if number not in CONFLICTS:
            self._stopping.wait(_RECONNECT_S)


class Load:
    """Writers on several nodes for a while: `with Load(...) as load:` starts and stops them."""

    def __init__(self, account: Account, servers, writers_per_node: int, pause_s: float = 0.002):
        self.account = account
        self.writers = [Writer(account, server, node, pause_s)
                        for node, server in enumerate(servers) for _ in range(writers_per_node)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, node=None):
        """Stops the writers, of one node or of all, and waits for their last answers."""
        chosen = [w for w in self.writers if node is None or w.node == node]
        for writer in chosen:
            writer.stop()
        for writer in chosen:
            writer.join()

    def wait_acknowledged(self, node: int, more: int, timeout_s: float = 180) -> bool:
        """Until `more` further commits through a node were acknowledged."""
        target = self.acknowledged(node) + more
        end = time.monotonic() + timeout_s
        while self.acknowledged(node) < target:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def acknowledged(self, node: int) -> int:
        return sum(len(w.acknowledged_at) for w in self.writers if w.node == node)

    def longest_gap(self, node: int, start: float, end: float) -> float:
        """Longest time without an acknowledgement through a node within [start, end], seconds."""
        times = sorted(t for w in self.writers if w.node == node for t in list(w.acknowledged_at)
                       if start <= t <= end)
        points = [start, *times, end]
        return max(b - a for a, b in zip(points, points[1:]))


def verify(account: Account, server: Server) -> list[str]:
    """What a node's tables contradict of the account, in words. REQUIRES: no writers, all applied."""
    with server.connect(read_timeout=300) as connection, connection.cursor() as cursor:
        cursor.execute("SET wsrep_sync_wait = 1")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SELECT token, kind, node FROM w.journal")
        rows = cursor.fetchall()
        cursor.execute("SELECT token FROM w.ledger")
        ledger = Counter(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT SUM(balance) FROM w.account")
        total = cursor.fetchone()[0]
        cursor.execute("SELECT writer, n FROM w.tally")
        tallies = dict(cursor.fetchall())
        connection.rollback()
    count = Counter(row[0] for row in rows)
    kinds = {row[0]: row[1] for row in rows}
    problems = []

    def report(what, tokens):
        if tokens:
            problems.append(f"{server.name}: {len(tokens)} {what}, e.g. {sorted(tokens)[:5]}")

    report("acknowledged commits are lost", [t for t in account.acknowledged if t not in count])
    report("commits are doubled", [t for t, n in count.items() if n > 1])
    report("refused transactions are there", [t for t in account.refused if t in count])
    known = account.acknowledged.keys() | account.unknown.keys() | account.refused.keys()
    report("rows come from nowhere", [t for t in count if t not in known])
    in_ledger = Counter({t: 1 for t, kind in kinds.items() if kind in (0, 3)})
    report("transactions are half there", list((ledger - in_ledger) + (in_ledger - ledger)))
    if total != ACCOUNTS * _BALANCE:
        problems.append(f"{server.name}: balances add up to {total}, not {ACCOUNTS * _BALANCE}")
    per_writer = Counter(t // 10_000_000 for t, kind in kinds.items() if kind == 2)
    if tallies != per_writer:
        wrong = sorted(k for k in tallies.keys() | per_writer.keys()
                       if tallies.get(k, 0) != per_writer.get(k, 0))
        problems.append(f"{server.name}: tallies of writers {wrong[:5]} differ from their journal")
    return problems

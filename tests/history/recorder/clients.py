"""Clients that record. Each runs transactions of a workload on one node, reconnects for ever, and never
repeats one. What it knows of a transaction's end:

  ok       COMMIT was answered with success
  fail     the server said that it rolled it back, or the connection broke before COMMIT was sent
  unknown  the connection broke after COMMIT was sent, before its answer came
"""

import random
import threading
import time

import pymysql

from checker.history import Transaction
from harness.workload import CONFLICTS, judge_error

from .workload import DATABASE

DUPLICATE = 1062
_NOT_NOW = {1047, 1180}  # not ready; the commit failed
_BEGIN = {"snapshot": "START TRANSACTION WITH CONSISTENT SNAPSHOT", "plain": "BEGIN"}
_RETRY_S = 0.02
_ANSWER_S_MAX = 120


class Recorder:
    """The transactions of a round, from all its clients. Thread-safe."""

    def __init__(self):
        self.started = time.monotonic_ns()
        self.transactions = []
        self.unexpected = []  # errors that no fault explains
        self.errors = {}  # number -> times
        self._lock = threading.Lock()
        self._clients = 0
        self._acknowledged = {}  # node -> how many

    def now(self) -> int:
        return time.monotonic_ns() - self.started

    def new_client(self) -> int:
        with self._lock:
            self._clients += 1
            return self._clients

    def add(self, transaction: Transaction):
        with self._lock:
            transaction.id = len(self.transactions) + 1
            self.transactions.append(transaction)
            if transaction.outcome == "ok":
                self._acknowledged[transaction.node] = self._acknowledged.get(transaction.node, 0) + 1

    def error(self, number: int, text: str, expected: bool):
        with self._lock:
            self.errors[number] = self.errors.get(number, 0) + 1
            if not expected:
                self.unexpected.append(text)

    def acknowledged(self, node: int) -> int:
        with self._lock:
            return self._acknowledged.get(node, 0)


class Session:
    """A connection on which transactions run and are recorded."""

    def __init__(self, recorder: Recorder, server, node: int, fresh: str = "", begin: str = "snapshot",
                 expected=frozenset()):
        """fresh: "" or how to ask: "sync_wait", "regional". begin: "snapshot" or "plain". expected: numbers
        of errors that the workload itself may cause."""
        self.recorder, self.server, self.node = recorder, server, node
        self.fresh, self.begin, self.expected = fresh, begin, expected
        self.client = recorder.new_client()
        self._connection = None

    def run(self, plan) -> Transaction | None:
        """Runs and records plan(cursor, ops), which adds each operation to `ops` before it is answered. None:
        there is no connection."""
        if not self._connect():
            return None
        t = Transaction(0, self.client, self.node, self.recorder.now(), None, "fail", [], bool(self.fresh))
        committing = False
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_BEGIN[self.begin])
                plan(cursor, t.ops)
                committing = True
                cursor.execute("COMMIT")
            t.outcome = "ok"
        except (pymysql.Error, OSError) as error:
            self._failed(t, committing, error)
        t.end = None if t.outcome == "unknown" else self.recorder.now()
        self.recorder.add(t)
        return t

    def close(self):
        if self._connection is not None:
            try:
                self._connection.close()
            except (pymysql.Error, OSError):
                pass  # broken already
            self._connection = None

    def _connect(self) -> bool:
        if self._connection is not None:
            return True
        try:
            self._connection = self.server.connect(database=DATABASE, autocommit=True, connect_timeout=5,
                                                    read_timeout=_ANSWER_S_MAX)
            with self._connection.cursor() as cursor:
                if self.fresh:
                    cursor.execute("SET SESSION wsrep_sync_wait = 7" if self.fresh == "sync_wait" else
                                   "SET SESSION aurora_mm_session_consistency_level = 'REGIONAL_RAW'")
            return True
        except (pymysql.Error, OSError):
            self.close()
            return False

    def _failed(self, t, committing, error):
        number, broken = judge_error(error)
        known = broken or number in CONFLICTS | _NOT_NOW | self.expected
        self.recorder.error(number, f"{self.server.name}: {error}", known)
        if broken:
            t.outcome = "unknown" if committing else "fail"
            self.close()
            return
        try:
            self._connection.rollback()
        except (pymysql.Error, OSError):
            self.close()


class Client(threading.Thread):
    """Runs transactions of a workload until stopped."""

    def __init__(self, session: Session, workload, seed: int, pause_s: float):
        super().__init__(daemon=True)
        self._session, self._workload = session, workload
        self._random, self._pause_s = random.Random(seed), pause_s
        self._stopping = threading.Event()

    def stop(self):
        self._stopping.set()

    def run(self):
        try:
            while not self._stopping.is_set():
                t = self._session.run(self._workload.plan(self._random, self._session))
                calm = t is not None and t.outcome == "ok"
                self._stopping.wait(self._pause_s if calm else _RETRY_S)
        except Exception as error:  # a client that ends early would make the round pass too easily
            self._session.recorder.error(-1, f"{self._session.server.name}: {error!r}", False)
        finally:
            self._session.close()

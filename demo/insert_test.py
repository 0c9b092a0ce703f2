#!/usr/bin/python3
"""Inserts rows through two writers of one cluster in turn, and goes on when either is down.

  AURORA_NODE1=host[:port] AURORA_NODE2=host[:port] demo/insert_test.py [options]

Even rows go to node 1, odd rows to node 2, each in a transaction of its own. When one fails, the
row is inserted through the other connection, and whichever connection is down is made again in the
background: a node that is down never holds up the loop. When both are down the client waits for
either, up to --give-up seconds.

A row whose COMMIT got no answer is inserted again. A server that dies by ALTER SYSTEM CRASH answers
first what is durable, so the first attempt is not there. After any other death (kill -9, a power
failure) it may be, and the title is there twice: that is the client's doing and true of any database.
The summary says how many rows it may have touched.

The journal (--journal FILE) has one JSON object per line: {"event": "attempt" | "ack" | "error" |
"down" | "up" | "count" | "failed" | "end", "t": seconds on CLOCK_MONOTONIC, "node", "row", "title", ...}.

Exit codes: 0 every row acknowledged, 1 not all were, 2 bad usage.
"""
import argparse
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client_node import (FATAL_ERRORS, ROLLED_BACK_ERRORS, Journal, Node, Waiter,  # noqa: E402
                         parse_address)
from preparation import Counter, prepare  # noqa: E402

import pymysql  # noqa: E402

INSERT = ("INSERT INTO course (title, instructor, duration, created, url)"
          " VALUES (%s, %s, %s, CURRENT_DATE, %s)")
TITLE_LENGTH_MAX = 40  # of the column
BOTH_REFUSED_PAUSE_S = 0.1


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    env = os.environ.get
    parser.add_argument("--node1", default=env("AURORA_NODE1"), help="host[:port]; AURORA_NODE1")
    parser.add_argument("--node2", default=env("AURORA_NODE2"), help="host[:port]; AURORA_NODE2")
    parser.add_argument("--user", default=env("AURORA_USER", "admin"))
    parser.add_argument("--password", default=env("AURORA_PASSWORD", "cloudacademy"),
                        help="better given as AURORA_PASSWORD: arguments show in ps")
    parser.add_argument("--database", default=env("AURORA_DATABASE", "demo"))
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between two rows")
    parser.add_argument("--tag", default="Course", help="titles are 'TAG 000', 'TAG 001', ...")
    parser.add_argument("--give-up", type=float, default=120,
                        help="seconds to wait for any node before a row counts as failed")
    parser.add_argument("--journal", help="file for JSON lines of every attempt and outcome")
    parser.add_argument("--create", action="store_true", help="make database and table where they are missing")
    parser.add_argument("--empty", action="store_true", help="... and begin with an empty table")
    parser.add_argument("--count", action="store_true", help="journal the table's count once a second")
    args = parser.parse_args()
    for name in ("node1", "node2"):
        if not getattr(args, name):
            parser.error(f"no {name}: set AURORA_{name.upper()}=host[:port]")
        try:
            setattr(args, name, parse_address(getattr(args, name)))
        except ValueError as e:
            parser.error(f"{name}: {e}")
    if args.rows < 1 or args.interval < 0:
        parser.error("--rows must be at least 1, --interval not negative")
    if len(title_of(args, args.rows - 1)) > TITLE_LENGTH_MAX:
        parser.error(f"--tag is too long: a title has at most {TITLE_LENGTH_MAX} characters")
    return args


def title_of(args, row):
    return f"{args.tag} {row:03d}"


class RowFailed(Exception):
    """No node took the row."""


class Client:
    """Runs the loop. One thread; the nodes' reconnecting threads only hand over connections."""

    def __init__(self, args):
        self.args = args
        self.waiter = Waiter()
        self.journal = Journal(args.journal)
        self.login = {"user": args.user, "password": args.password, "database": args.database}
        self.addresses = [args.node1, args.node2]
        self.nodes = [
            Node(name, address, self.waiter, self.journal, self.login)
            for name, address in (("node1", args.node1), ("node2", args.node2))]
        self.unknown_rows = set()  # their COMMIT was sent and not answered
        self.moved_rows = 0

    def insert(self, node, row):
        """One transaction on `node`. Raises pymysql.MySQLError."""
        title = title_of(self.args, row)
        self.journal.write("attempt", node.name, row=row, title=title)
        committing = False
        try:
            with node.connection.cursor() as cursor:
                cursor.execute(INSERT, (title, "Instructor", row % 60 + 1,
                                        f"https://example.test/course/{row}"))
            committing = True
            node.connection.commit()
        except pymysql.MySQLError as e:
            if committing and e.args[0] not in ROLLED_BACK_ERRORS:
                self.unknown_rows.add(row)
            self.journal.write("error", node.name, row=row, title=title, code=e.args[0],
                               message=str(e.args[-1]), committing=committing)
            raise
        self.journal.write("ack", node.name, row=row, title=title)

    def attempt(self, node, row):
        """True when acknowledged; False when another try may succeed; raises what no retry cures."""
        try:
            self.insert(node, row)
            return True
        except pymysql.MySQLError as e:
            print(f"row {row:3d}     {node.name} failed: {e.args[0]} {e.args[-1]}", flush=True)
            if e.args[0] in FATAL_ERRORS:
                raise RowFailed(f"row {row}: {node.name} refuses it for good: {e}") from e
            if node.is_down_error(e):
                node.mark_down(e)
            else:
                node.rollback()
            return False

    def place(self, row):
        """Has either node take the row, the one whose turn it is first. Returns the node."""
        preferred = self.nodes[row % 2]
        deadline = time.monotonic() + self.args.give_up
        while True:
            seen = self.waiter.count()
            for node in (preferred, self.nodes[1 - row % 2]):
                if node.usable() and self.attempt(node, row):
                    return node
            left = deadline - time.monotonic()
            if left <= 0:
                raise RowFailed(f"row {row}: no node took it for {self.args.give_up:g} s")
            # Both refused: go on when one comes up, or look again after a short pause.
            pause = left if not any(node.usable() for node in self.nodes) else BOTH_REFUSED_PAUSE_S
            self.waiter.wait_past(seen, min(pause, left))

    def run(self):
        due = time.monotonic()
        acknowledged = 0
        counter = Counter(self.addresses, self.login, self.journal) if self.args.count else None
        try:
            if self.args.create or self.args.empty:
                prepare(self.addresses, self.login, self.args.empty)
            if counter:
                counter.start()
            for node in self.nodes:
                node.start()
            for row in range(self.args.rows):
                started = time.monotonic()
                node = self.place(row)
                acknowledged += 1
                took_ms = (time.monotonic() - started) * 1000
                moved = node is not self.nodes[row % 2]
                self.moved_rows += moved
                print(f"row {row:3d} -> {node.name} ({node.where}) {took_ms:7.1f} ms"
                      f"{'   in place of ' + self.nodes[row % 2].name if moved else ''}",
                      flush=True)
                due = max(due + self.args.interval, time.monotonic() - self.args.interval)
                if row + 1 < self.args.rows:
                    time.sleep(max(0.0, due - time.monotonic()))
        except (RowFailed, pymysql.MySQLError) as e:
            print(f"insert_test: {e}", file=sys.stderr)
            self.journal.write("failed", "", message=str(e))
        finally:
            if counter and counter.is_alive():
                counter.stop()
            for node in self.nodes:
                node.stop()
            self.journal.write("end", "", acknowledged=acknowledged)
        print(f"{acknowledged} of {self.args.rows} rows acknowledged; {self.moved_rows} taken by the "
              f"other node; {len(self.unknown_rows)} lost their acknowledgement and were retried",
              flush=True)
        return 0 if acknowledged == self.args.rows else 1


def main():
    try:
        return Client(parse()).run()
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main())

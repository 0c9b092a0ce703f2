"""The demo without a terminal: runs the client, crashes each node once, proves the outcome."""
import json
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time

import pymysql

from cluster import DemoError
from verdict import Outage, Run, describe, judge

HERE = os.path.dirname(os.path.abspath(__file__))
READY_TIMEOUT_S = 120
RECOVERY_TIMEOUT_S = 120
AGREE_TIMEOUT_S = 120
PROBE_PAUSE_S = 0.02
TICK_S = 0.02

SCHEMA = """
CREATE DATABASE IF NOT EXISTS demo;
CREATE TABLE IF NOT EXISTS demo.course (title VARCHAR(40), instructor VARCHAR(40), duration INT,
                                        created DATE, url VARCHAR(256));
CREATE TABLE IF NOT EXISTS demo.accepts_writes (id INT AUTO_INCREMENT PRIMARY KEY, node VARCHAR(40));
"""


class Journal:
    """Reads the client's journal while it grows."""

    def __init__(self, path):
        self.path, self.events, self._offset = path, [], 0

    def read(self):
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as f:
                f.seek(self._offset)
                text = f.read()
            whole = text[:text.rfind("\n") + 1]  # the last line may be half written
            self._offset += len(whole.encode())
            self.events += [json.loads(line) for line in whole.splitlines()]
        return self.events

    def acknowledged(self):
        return sum(e["event"] == "ack" for e in self.read())


class Counter(threading.Thread):
    """Prints `select count(*) from course` once a second, from the first node that answers."""

    def __init__(self, cluster, nodes):
        super().__init__(daemon=True)
        self._cluster, self._nodes, self._done = cluster, nodes, threading.Event()

    def run(self):
        while not self._done.wait(1):
            for node in self._nodes:
                try:
                    count = self._cluster.query(node, "select count(*) from course")[0][0]
                    print(f"            count {count} (asked {node['name']})", flush=True)
                    break
                except pymysql.MySQLError:
                    continue

    def stop(self):
        self._done.set()
        self.join()


class Recovery(threading.Thread):
    """Tries to write on a node that was just crashed until one write is committed."""

    def __init__(self, cluster, node, killed, restarts_before):
        super().__init__(daemon=True)
        self._cluster, self.node, self.killed = cluster, node, killed
        self._restarts_before = restarts_before
        self.back = None

    def run(self):
        statement = f"insert into accepts_writes (node) values ('{self.node['name']}')"
        while self.back is None and time.monotonic() - self.killed < RECOVERY_TIMEOUT_S:
            try:
                self._cluster.query(self.node, statement)
                self.back = time.monotonic()
                print(f"            {self.node['name']} accepts writes again, "
                      f"{self.back - self.killed:.2f} s after the crash", flush=True)
            except pymysql.MySQLError:
                time.sleep(PROBE_PAUSE_S)

    def outage(self):
        after = self._cluster.node(self.node["name"])
        return Outage(self.node["name"], self.killed, self.back,
                      after["restarts"] - self._restarts_before)


class Unattended:
    def __init__(self, cluster, rows, interval, tag):
        self.cluster, self.rows, self.interval, self.tag = cluster, rows, interval, tag
        self.nodes = []
        self.recoveries = []

    def wait_ready(self):
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            nodes = self.cluster.nodes()
            unready = [n["name"] for n in nodes if n["state"] != "ready"]
            if len(nodes) >= 2 and not unready:
                return nodes
            if time.monotonic() > deadline:
                raise DemoError(f"not ready within {READY_TIMEOUT_S} s: {', '.join(unready)}"
                                if unready else "the demo needs a cluster of at least two writers")
            time.sleep(0.2)

    def start_client(self, journal):
        env = {**os.environ, "AURORA_USER": self.cluster.login.user,
               "AURORA_PASSWORD": self.cluster.login.password, "AURORA_DATABASE": "demo"}
        for number, node in enumerate(self.nodes, 1):
            env[f"AURORA_NODE{number}"] = f"{node['address']}:{node['port']}"
        return subprocess.Popen(
            [os.path.join(HERE, "insert_test.py"), "--rows", str(self.rows), "--interval",
             str(self.interval), "--tag", self.tag, "--journal", journal], env=env)

    def crash(self, node):
        before = self.cluster.node(node["name"])
        killed = self.cluster.crash_server(node["name"])
        print(f"            ALTER SYSTEM CRASH on {node['name']}: pid {before['pid']} is dead", flush=True)
        recovery = Recovery(self.cluster, node, killed, before["restarts"])
        self.recoveries.append(recovery)
        recovery.start()

    def supervise(self, client, journal):
        """Crashes node 1 at a quarter of the rows, node 2 at six tenths, never both at once; each at
        any moment of the client's interval."""
        plan = [(self.nodes[0], self.rows // 4), (self.nodes[1], self.rows * 6 // 10)]
        while client.poll() is None:
            down = any(r.is_alive() for r in self.recoveries)
            if plan and not down and journal.acknowledged() >= plan[0][1]:
                time.sleep(random.uniform(0, self.interval))
                self.crash(plan.pop(0)[0])
            time.sleep(TICK_S)
        for recovery in self.recoveries:
            recovery.join()

    def read_titles(self, titles):
        """Titles of this run on every node; waits a little for the nodes to agree."""
        deadline = time.monotonic() + AGREE_TIMEOUT_S
        while True:
            found = {}
            for node in self.wait_ready():
                try:
                    rows = self.cluster.query(
                        node, f"select title from course where title like '{self.tag} %'")
                    found[node["name"]] = sorted(r[0] for r in rows)
                except pymysql.MySQLError as e:
                    print(f"            {node['name']} does not answer: {e}", flush=True)
                    found[node["name"]] = []
            agree = all(f == next(iter(found.values())) for f in found.values())
            complete = all(set(titles) <= set(f) for f in found.values())
            if (agree and complete) or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def run(self):
        """(figures, failures) of the run; prints everything on the way."""
        self.nodes = self.wait_ready()[:2]
        self.cluster.run_client(self.nodes[0], SCHEMA)
        titles = [f"{self.tag} {row:03d}" for row in range(self.rows)]
        folder = tempfile.mkdtemp(prefix="borealis-demo-")
        client = counter = None
        try:
            journal = Journal(os.path.join(folder, "journal"))
            client = self.start_client(journal.path)
            counter = Counter(self.cluster, self.nodes)
            counter.start()
            self.supervise(client, journal)
            counter.stop()
            found = self.read_titles(titles)
            self.cluster.run_client(self.nodes[0], "DROP TABLE demo.accepts_writes;")
            run = Run(journal.read(), titles, found, [n["name"] for n in self.nodes],
                      [r.outage() for r in self.recoveries], self.interval, client.returncode)
        finally:
            if client is not None and client.poll() is None:
                client.terminate()
                client.wait()
            shutil.rmtree(folder, ignore_errors=True)
        figures, failures = judge(run)
        print(describe(figures, failures), flush=True)
        return figures, failures

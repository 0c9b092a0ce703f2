"""The running cluster as the demo sees it: `borealis status --json`, SQL, and crashes by SQL."""
import glob
import json
import os
import subprocess
import time

import pymysql

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BOREALIS = os.environ.get("BOREALIS_BIN", os.path.join(ROOT, "build/release/bin/borealis"))
STATUS_TIMEOUT_S = 20
SQL_TIMEOUT_S = 3
DEATH_TIMEOUT_S = 60


class DemoError(Exception):
    """One line for the person who runs the demo: what is wrong and what to do."""


class Login:
    def __init__(self, user, password):
        self.user, self.password = user, password


class Managed:
    """A cluster of `borealis serve --dir DIRECTORY`."""

    def __init__(self, directory, name):
        self.directory, self.name = directory, name

    def places(self, instance):
        """Volume and data directory of the cluster that has the instance."""
        for nodes in glob.glob(os.path.join(self.directory, "c*/nodes")):
            if os.path.isdir(os.path.join(nodes, instance)):
                return os.path.join(os.path.dirname(nodes), "volume"), nodes
        raise DemoError(f"{instance} is not in {self.directory}")

    def endpoints(self):
        """Where clients reach the instances: {name: (address, port)}."""
        listed = run_json([BOREALIS, "instance", "list", "--cluster", self.name, "--dir", self.directory, "--json"])
        return {i["DBInstanceIdentifier"]: (i["Endpoint"]["Address"], i["Endpoint"]["Port"])
                for i in listed if "Endpoint" in i}


def run_json(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=STATUS_TIMEOUT_S)
    except FileNotFoundError:
        raise DemoError(f"{BOREALIS} is not built; run ./quickstart") from None
    except subprocess.TimeoutExpired:
        raise DemoError(f"no answer within {STATUS_TIMEOUT_S} s: {' '.join(command)}") from None
    if done.returncode != 0:
        raise DemoError(f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}")
    try:
        return json.loads(done.stdout)
    except ValueError as e:
        raise DemoError(f"{' '.join(command)} gave no JSON: {e}") from e


class Cluster:
    def __init__(self, volume, login, managed=None):
        self.volume, self.login, self.managed = volume, login, managed

    def nodes(self):
        """The node objects of `borealis status --json`, by order of name; of a managed cluster, with the
        address and port of their endpoints."""
        if self.managed:
            endpoints = self.managed.endpoints()
            if not endpoints:
                raise DemoError(f"the cluster {self.managed.name} has no instance that serves")
            volume, data = self.managed.places(min(endpoints))
            nodes = self.status(["--volume", volume, "--data", data])
            for node in nodes:
                node["address"], node["port"] = endpoints.get(node["name"], (node["address"], node["port"]))
            return nodes
        return self.status(["--volume", self.volume])

    @staticmethod
    def status(places):
        try:
            return sorted(run_json([BOREALIS, "status", *places, "--json"])["nodes"], key=lambda n: n["name"])
        except (KeyError, TypeError) as e:
            raise DemoError(f"borealis status gave no list of nodes: {e}") from e

    def node(self, name):
        for node in self.nodes():
            if node["name"] == name:
                return node
        raise DemoError(f"{name} is not in the cluster any more")

    def connect(self, node, database=None):
        """A connection in autocommit mode, every wait on it bounded. Raises pymysql.MySQLError."""
        return pymysql.connect(host=node["address"], port=node["port"], user=self.login.user,
                               password=self.login.password, database=database, autocommit=True,
                               connect_timeout=SQL_TIMEOUT_S, read_timeout=SQL_TIMEOUT_S,
                               write_timeout=SQL_TIMEOUT_S)

    def query(self, node, sql, database="demo"):
        connection = self.connect(node, database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def client_command(self, node, *arguments):
        """Command line and environment of the mariadb client on `node`."""
        command = ["mariadb", "--protocol=tcp", f"--host={node['address']}",
                   f"--port={node['port']}", f"--user={self.login.user}", *arguments]
        return command, {**os.environ, "MYSQL_PWD": self.login.password}

    def run_client(self, node, sql):
        command, env = self.client_command(node)
        done = subprocess.run(command, input=sql, env=env, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise DemoError(f"the mariadb client on {node['name']} failed: {done.stderr.strip()}")

    def crash_server(self, name):
        """ALTER SYSTEM CRASH on the node, by the mariadb client; returns the monotonic time of the
        statement once the server is dead."""
        node = self.node(name)
        pid = node["pid"]
        if not pid or process_name(pid) not in ("mariadbd", "mysqld"):
            raise DemoError(f"{name} has no running server to crash (pid {pid})")
        command, env = self.client_command(node)
        at = time.monotonic()
        done = subprocess.run(command, input="ALTER SYSTEM CRASH;", env=env, capture_output=True,
                              text=True, check=False)
        # The connection is lost; 2026 is this client's word for that over TLS.
        if not any(error in done.stderr for error in ("2013", "2006", "2026")):
            raise DemoError(f"{name} did not crash: {done.stderr.strip()}")
        while process_alive(pid):
            if time.monotonic() - at > DEATH_TIMEOUT_S:
                raise DemoError(f"{name}: pid {pid} is still there {DEATH_TIMEOUT_S} s later")
            time.sleep(0.005)
        return at


def process_name(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return None


def process_alive(pid):
    """A zombie is dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False

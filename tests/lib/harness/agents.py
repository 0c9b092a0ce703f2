"""AgentCluster: the same cluster, run by `borealis up`: agents restore, watch and restart servers.

Has the surface of Cluster, so that a test runs over either. What differs: a killed server is brought
back by its agent at once, so `restart` only waits; a pid changes under the test and is read anew
each time.
"""

import json
import os
import pwd
import signal
import subprocess
import time
from pathlib import Path

import pymysql

from . import paths, seed
from .server import Server, ServerDied
from .workspace import Workspace

_UP_S = 180
_END_S = 60


class AgentServer(Server):
    """A server seen from outside. Its directory is the agent's."""

    def __init__(self, cluster, name, directory, address, port):
        super().__init__(name, directory, address, port, {"wsrep-provider": "as the agent says"})
        self._cluster = cluster
        self.datadir = directory / "data"
        self.error_log = directory / "mysqld.err"
        self.socket = directory / "mysql.sock"

    def operator(self):
        """A connection of the operator's, who may do what users may not: over the socket, by the
        account on the machine."""
        return pymysql.connect(unix_socket=str(self.socket), user=pwd.getpwuid(os.getuid()).pw_name,
                               autocommit=True, charset="utf8mb4")

    def operate(self, sql, args=None):
        """All rows of one statement of the operator's."""
        with self.operator() as connection, connection.cursor() as cursor:
            cursor.execute(sql, args)
            return cursor.fetchall()

    def facts(self) -> dict:
        """This node in `borealis status --json`."""
        return next(node for node in self._cluster.status()["nodes"] if node["name"] == self.name)

    @property
    def pid(self) -> int:
        return self.facts()["pid"] or 0

    def alive(self) -> bool:
        """Whether an agent looks after it; the server itself may be between two lives."""
        facts = self.facts()
        return facts["agent_pid"] is not None and facts["state"] != "held"

    def kill(self):
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL)

    signal_kill = kill

    def kill_agent(self):
        os.kill(self.facts()["agent_pid"], signal.SIGKILL)

    def start(self, **_):
        raise NotImplementedError("the agent starts it")

    def stop(self, timeout_s: float = 90):
        self._cluster.command("node", "stop", self.name, "--drain=0", f"--timeout={timeout_s:.0f}",
                              places=True)

    def wait_ready(self, timeout_s: float = 180):
        try:
            super().wait_ready(timeout_s)
        except ServerDied:
            raise ServerDied(f"{self.name}: {self.facts()}\n{self.tail()}") from None


class AgentCluster:
    restartable = True

    def __init__(self, workspace: Workspace, nodes: int = 2, name: str = "c", first_host: int = 0,
                 provider_options: str = "", volume: Path | None = None, upkeep: str = "",
                 server_options: str = ""):
        """`server_options`: lines of my.cnf."""
        if not paths.binary().exists():
            raise SystemExit(f"no borealis program at {paths.binary()}: build it or set BOREALIS_BIN")
        self.workspace = workspace
        self.medium = self  # of a Cluster: what is asked of it is `restartable`
        self.volume = volume or workspace.dir / f"volume-{name}"
        self.data = workspace.dir / f"nodes-{name}"
        self.provider_options = provider_options
        self.upkeep = upkeep
        self.server_options = server_options
        self.environment = {}  # of agents and servers, in addition to ours
        self.more_arguments = []  # of `borealis up`
        self.rebuilds = 0  # the agent's own business
        addresses = [workspace.address(first_host + i) for i in range(nodes)]
        self.port = workspace.port(addresses)
        self.servers = [AgentServer(self, f"node{i + 1}", self.data / f"node{i + 1}", address,
                                    self.port) for i, address in enumerate(addresses)]
        workspace.at_close(self._clean_up)

    def __getitem__(self, index: int) -> AgentServer:
        return self.servers[index]

    def __len__(self) -> int:
        return len(self.servers)

    def start(self, timeout_s: float = _UP_S):
        """`borealis up`; returns self. May be repeated."""
        config = self.data.with_suffix(".cnf")
        config.write_text(self.server_options)
        self.command("up", f"--config={config}", f"--writers={len(self)}",
                     f"--address-base={self.servers[0].address}", f"--port={self.port}", f"--user={seed.USER}", f"--password={seed.PASSWORD}",
                     f"--provider={paths.provider()}", f"--plugin={paths.plugin()}", f"--server={paths.MARIADBD}",
                     f"--timeout={timeout_s:.0f}",
                     *([f"--provider-options={self.provider_options}"] * bool(self.provider_options)),
                     *([f"--upkeep={self.upkeep}"] * bool(self.upkeep)), *self.more_arguments,
                     places=True)
        for server in self.servers:
            server.wait_ready()
        return self

    def command(self, *arguments, places=False, check=True):
        """Runs `borealis`; with `places`, on this cluster's volume and data directory."""
        command = [str(paths.binary()), *arguments]
        if places:
            command += [f"--volume={self.volume}", f"--data={self.data}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False,
                              env={**os.environ, **self.environment})
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n"
                               f"{done.stdout}{done.stderr}")
        return done

    def status(self) -> dict:
        return json.loads(self.command("status", "--json", places=True).stdout)

    def kill(self, index: int):
        self.servers[index].kill()

    def kill_all(self):
        """kill -9 of every server at one moment; the agents start them again."""
        pids = [node["pid"] for node in self.status()["nodes"] if node["pid"]]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def kill_everything(self):
        """kill -9 of all agents and servers, and of what these started; returns when they are dead."""
        end = time.monotonic() + _END_S
        while pids := self.processes():
            if time.monotonic() > end:
                raise TimeoutError(f"processes {pids} do not die")
            for pid in pids:
                _signal(pid, signal.SIGKILL)
            time.sleep(0.01)

    def restart(self, index: int, timeout_s: float = 120):
        self.servers[index].wait_ready(timeout_s)

    def restart_all(self, timeout_s: float = 120):
        for server in self.servers:
            server.wait_ready(timeout_s)

    def stop(self, timeout_s: float = 120):
        """`borealis down`."""
        self.command("down", f"--timeout={timeout_s:.0f}", places=True)

    def _clean_up(self):
        if not self.data.exists():
            return
        nodes = self.status()["nodes"] if self.volume.exists() else []
        for node in nodes:  # a stopped process takes no request to end
            _signal(node["pid"], signal.SIGCONT)
        self.command("down", "--timeout=30", places=True, check=False)
        for node in nodes:
            for pid in (node["agent_pid"], node["pid"]):
                if pid and _belongs(pid, self.data):
                    _signal(pid, signal.SIGKILL)
        end = time.monotonic() + _END_S  # a replica dies of the death of its taker
        while self.processes() and time.monotonic() < end:
            time.sleep(0.05)

    def processes(self, word: str = "") -> list[int]:
        """Of this cluster, those whose command line holds the word (arguments end in NUL)."""
        pids = [int(process.name) for process in Path("/proc").glob("[0-9]*")]
        return [pid for pid in pids if _belongs(pid, self.data, word)]


def _signal(pid, number):
    try:
        if pid:
            os.kill(pid, number)
    except ProcessLookupError:
        pass


def _belongs(pid: int, data: Path, word: str = "") -> bool:
    """Whether a process is one of this cluster's: its command line names the data directory."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        return str(data).encode() in line and word.encode() in line
    except OSError:
        return False

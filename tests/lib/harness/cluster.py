"""Cluster: N servers over one medium, started directly. The settings are those the agent uses.

A killed server comes back by `restart`: `mariadbd --wsrep-recover`, then a start at the position
found. A cache that the provider refuses because a crash hit DDL is made anew from the seed and
replays the whole log, which is what the agent does from a snapshot. One refused as inconsistent is
a failure of the test: nodes diverged.
"""

import re

from dataclasses import dataclass, field

from . import paths
from .server import UNDEFINED_POSITION, Server, ServerDied
from .workspace import Workspace


_REBUILD = re.compile("can't be used, it is unsafe|came back at seqno")


@dataclass
class Settings:
    flush: int = 0  # innodb_flush_log_at_trx_commit
    snapshot_isolation: bool = True
    slave_threads: int = 4
    redo_mb: int = 96
    buffer_pool_mb: int = 128
    binlog: bool = False
    guards: bool = True  # refuse what would make servers differ
    extra: dict = field(default_factory=dict)

    def options(self, slot: int) -> dict:
        options = {
            "innodb-flush-log-at-trx-commit": self.flush,
            "innodb-snapshot-isolation": "ON" if self.snapshot_isolation else "OFF",
            "innodb-log-file-size": f"{self.redo_mb}M",
            "innodb-buffer-pool-size": f"{self.buffer_pool_mb}M",
            "innodb-autoinc-lock-mode": 2,
            "innodb-buffer-pool-dump-at-shutdown": "OFF",
            "innodb-buffer-pool-load-at-startup": "OFF",
            "default-storage-engine": "InnoDB",
            "binlog-format": "ROW",
            "auto-increment-increment": 16,
            "auto-increment-offset": slot,
            "server-id": slot,
            "skip-name-resolve": None,
            "max-connections": 500,
            "max-allowed-packet": "256M",
            "local-infile": "ON",
            "performance-schema": "OFF",
            "wsrep-on": "ON",
            "wsrep-sst-method": "skip",
            "wsrep-slave-threads": self.slave_threads,
            "wsrep-auto-increment-control": "OFF",
            "wsrep-ignore-apply-errors": 0,
        }
        if self.binlog:
            options |= {"log-bin": "binlog", "log-slave-updates": "ON"}
        return {**options, **self.extra}


class Cluster:
    def __init__(self, workspace: Workspace, medium, nodes: int = 2,
                 settings: Settings | None = None, name: str = "n", first_host: int = 0):
        """`first_host`: offset into the workspace's addresses, for several clusters in one run."""
        self.workspace = workspace
        self.medium = medium
        self.settings = settings or Settings()
        addresses = [workspace.address(first_host + i) for i in range(nodes)]
        port = workspace.port(addresses)
        self.port = port
        self.servers = [
            Server(f"{name}{i + 1}", workspace.dir / f"{name}{i + 1}", address, port, {})
            for i, address in enumerate(addresses)
        ]
        medium.prepare(self.servers)
        for slot, server in enumerate(self.servers, 1):
            server.options = {
                **self.settings.options(slot),
                "wsrep-cluster-name": f"test-{name}",
                "wsrep-node-name": server.name,
                "wsrep-node-address": server.address,
                "wsrep-node-incoming-address": f"{server.address}:{port}",
                **medium.server_options(server, slot),
                **(medium.guard_options() if self.settings.guards else {}),
                **self.settings.extra,
            }
        self.rebuilds = 0  # caches thrown away because a crash hit DDL
        workspace.at_close(self.kill_all)

    def __getitem__(self, index: int) -> Server:
        return self.servers[index]

    def __len__(self) -> int:
        return len(self.servers)

    def start(self, timeout_s: float = 180):
        """Fresh datadirs, all servers up and ready. Returns self."""
        for slot, server in enumerate(self.servers, 1):
            server.make_datadir()
            server.start(**self.medium.first_start_options(server, slot))
            server.wait_ready(timeout_s)
        return self

    def restart(self, index: int, timeout_s: float = 120):
        """Brings a dead server back and waits until it takes writes."""
        self.launch(index)
        self._wait_restarted(index, timeout_s)

    def launch(self, index: int):
        """The first half of `restart`: recovers the position and starts the process."""
        server = self.servers[index]
        server.kill()  # reaps it
        if self.medium.replicates:
            position = server.recovered_position()
            extra = {} if position == UNDEFINED_POSITION else {"wsrep-start-position": position}
            server.start(**self.medium.restart_options(server), **extra)
        else:
            server.start()

    def restart_all(self, timeout_s: float = 120):
        """Brings all back; their starts overlap."""
        for index in range(len(self.servers)):
            self.launch(index)
        for index in range(len(self.servers)):
            self._wait_restarted(index, timeout_s)

    def _wait_restarted(self, index: int, timeout_s: float):
        try:
            self.servers[index].wait_ready(timeout_s)
        except ServerDied as died:
            if not _REBUILD.search(str(died)):
                raise
            self.rebuild(index, timeout_s)

    def rebuild(self, index: int, timeout_s: float = 120):
        """Throws a dead server's cache away and replays the log into a fresh one."""
        self.rebuilds += 1
        server = self.servers[index]
        server.kill()
        server.make_datadir()
        server.start()
        server.wait_ready(timeout_s)

    def stop(self, timeout_s: float = 60):
        """Clean shutdown of all."""
        for server in self.servers:
            server.stop(timeout_s)

    def kill(self, index: int):
        self.servers[index].kill()

    def kill_all(self):
        """kill -9 of everyone alive, at once; waits for the deaths."""
        for server in self.servers:
            if server.process is not None and server.alive():
                server.signal_kill()
        for server in self.servers:
            server.kill()

"""Faults, each from a seeded generator. A fault breaks something under load and repairs it again. A server
may stop itself after that, so those who wait for nodes call `revive`.
"""

import time
from collections import Counter

from harness import POWER_LOSS_MODES, AgentCluster, FailingIo, PowerLoss, ServerDied, SmallDisk

_PAUSE_S = (4.0, 7.0)  # of a stopped server; the lease is LEASE_MS
LEASE_MS = 3000
_ERROR_S = (0.3, 2.0)
_FULL_S = (0.5, 2.0)
_LEFT_BYTES = 6 << 20  # when the disk is filled: one segment and a bit
_DISK_MIB = 400
SEGMENT_MIB = 4

NAMES = ("none", "kill-one", "kill-most", "kill-all", "pause", "agent", "disk-full", "io-error", "power-loss")


class Faults:
    """REQUIRES: `prepare` before the cluster starts, of every name that will be asked for."""

    def __init__(self, workspace, names):
        self._workspace, self._names = workspace, set(names)
        self._ios, self._disk, self._power, self.cluster = [], None, None, None
        self.lost = Counter()  # by power losses

    @property
    def needs_agents(self) -> bool:
        """Agents make a cache anew where a server can't use it."""
        return not self._names.isdisjoint({"agent", "power-loss"})

    def volume_directory(self):
        """Where the volume is to lie."""
        if "disk-full" not in self._names:
            return self._workspace.dir / "volume"
        self._disk = SmallDisk(self._workspace.dir / "disk", _DISK_MIB)
        self._workspace.at_close(self._disk.unmount)
        return self._disk.directory / "volume"

    def provider_options(self) -> str:
        options = [f"lease_ms={LEASE_MS}"] * ("pause" in self._names)
        return ";".join(options + [f"segment_mib={SEGMENT_MIB}"] * ("disk-full" in self._names))

    def server_options(self) -> list[str]:
        # Power losses see what goes through the C library; rings of the kernel do not.
        return ["innodb_use_native_aio=0"] if "power-loss" in self._names else []

    def prepare(self, cluster, volume):
        self.cluster = cluster
        if "io-error" in self._names:
            self._ios = [FailingIo(self._workspace, server, volume) for server in cluster.servers]
        if "power-loss" in self._names:
            self._power = PowerLoss(self._workspace.dir / "power", [volume, cluster.data])
            cluster.environment = self._power.environment

    def strike(self, name: str, rng):
        getattr(self, "_" + name.replace("-", "_"))(rng)

    def revive(self):
        """Starts again what stopped itself, as agents do by themselves."""
        for index, server in enumerate(self.cluster.servers):
            if not server.alive():
                self.cluster.restart(index)

    def settle(self):
        """All nodes take writes, or TimeoutError. REQUIRES: no load."""
        self.revive()
        for index, server in enumerate(self.cluster.servers):
            try:
                server.wait_ready()
            except ServerDied:
                self.cluster.restart(index)

    def _none(self, rng):
        time.sleep(rng.uniform(0.2, 1.0))

    def _kill_one(self, rng):
        self._kill([rng.randrange(len(self.cluster))], rng)

    def _kill_most(self, rng):
        spared = rng.randrange(len(self.cluster))
        self._kill([index for index in range(len(self.cluster)) if index != spared], rng)

    def _kill(self, victims, rng):
        for index in victims:
            self.cluster.kill(index)
        time.sleep(rng.uniform(0, 0.5))
        for index in victims:
            self.cluster.restart(index)

    def _kill_all(self, rng):
        self.cluster.kill_all()
        time.sleep(rng.uniform(0, 0.2))
        self.cluster.restart_all()

    def _pause(self, rng):
        """Half of the times for longer than the lease, so that it is expelled."""
        server = self.cluster[rng.randrange(len(self.cluster))]
        server.freeze()
        try:
            time.sleep(rng.uniform(*_PAUSE_S) if rng.random() < 0.5 else rng.uniform(0.1, LEASE_MS / 2000))
        finally:
            server.thaw()

    def _agent(self, rng):
        """An agent dies, sometimes with its server; then the command brings both back."""
        assert isinstance(self.cluster, AgentCluster)
        server = self.cluster[rng.randrange(len(self.cluster))]
        pid_of_server = server.pid
        server.kill_agent()
        time.sleep(rng.uniform(0, 0.3))
        if rng.random() < 0.5 and pid_of_server:
            server.kill()
        self.cluster.start()

    def _disk_full(self, rng):
        self._disk.fill(_LEFT_BYTES)
        try:
            time.sleep(rng.uniform(*_FULL_S))
            if rng.random() < 0.5:
                self.cluster.kill(rng.randrange(len(self.cluster)))
        finally:
            self._disk.make_room()

    def _power_loss(self, rng):
        """Of everything: all servers and agents."""
        self.cluster.kill_everything()
        self.lost += self._power.strike(rng.choice(POWER_LOSS_MODES), rng)
        self.cluster.start()

    def _io_error(self, rng):
        io = rng.choice(self._ios)
        io.fail(rng.choice(("write", "sync")))
        try:
            time.sleep(rng.uniform(*_ERROR_S))
        finally:
            io.heal()

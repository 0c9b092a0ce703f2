"""What a cluster's servers share: a Borealis volume, Galera's group, or nothing.

A medium gives the wsrep options of each server. One is chosen per cluster.
"""

from pathlib import Path

from . import paths


class VolumeMedium:
    """The provider under test over `directory`.

    A missing volume is made by the first server (--wsrep-new-cluster), so that these tests need the
    provider alone.
    """

    replicates = True
    restartable = True  # any server, or all at once, may come back after a kill

    def __init__(self, directory: Path, provider: Path | None = None, options: str = ""):
        self.directory = directory
        self.provider = provider or paths.provider()
        self.provider_options = options
        if not self.provider.exists():
            raise SystemExit(f"no provider at {self.provider}: build it or set BOREALIS_PROVIDER")

    def prepare(self, servers):
        pass

    def server_options(self, server, slot: int) -> dict:
        options = {
            "wsrep-provider": self.provider,
            "wsrep-cluster-address": f"volume://{self.directory}",
        }
        # As the agent does: what must not go on dies, and is looked after here.
        given = [self.provider_options] if self.provider_options else []
        options["wsrep-provider-options"] = ";".join(["supervised=1", *given])
        return options

    def guard_options(self) -> dict:
        """The plugin and the settings that refuse what would make servers differ."""
        plugin = paths.plugin()
        if not plugin.exists():
            raise SystemExit(f"no plugin at {plugin}: build it or set BOREALIS_PLUGIN")
        return {"plugin-dir": plugin.parent, "plugin-load-add": plugin.name,
                "borealis": "FORCE_PLUS_PERMANENT", "wsrep-mode": "STRICT_REPLICATION",
                "wsrep-convert-LOCK-to-trx": "ON"}

    def first_start_options(self, server, slot: int) -> dict:
        return {} if self.directory.exists() else {"wsrep-new-cluster": None}

    def restart_options(self, server) -> dict:
        return {}


class GaleraMedium:
    """Debian's galera-4, for comparison and for trying the harness itself.

    Not restartable as a whole: with every node dead, someone must choose who bootstraps.
    """

    replicates = True
    restartable = False

    def __init__(self, provider: Path = paths.GALERA_PROVIDER):
        self.provider = provider
        self._addresses = []
        self._first = None

    def prepare(self, servers):
        self._first = servers[0]
        self._addresses = [server.address for server in servers]

    def server_options(self, server, slot: int) -> dict:
        return {
            "wsrep-provider": self.provider,
            "wsrep-cluster-address": "gcomm://" + ",".join(self._addresses),
            "wsrep-provider-options":
                f"base_host={server.address};gmcast.listen_addr=tcp://{server.address}:4567;"
                f"ist.recv_addr={server.address}:4568;ist.recv_bind={server.address}:4568",
        }

    def guard_options(self) -> dict:
        return {}

    def first_start_options(self, server, slot: int) -> dict:
        if slot == 1:
            return {"wsrep-new-cluster": None}
        # All datadirs are identical and nothing was written yet: joining where the first node is
        # needs no state transfer.
        state = self._first.status("wsrep%")
        uuid, seqno = state["wsrep_cluster_state_uuid"], state["wsrep_last_committed"]
        (server.datadir / "grastate.dat").write_text(
            f"# GALERA saved state\nversion: 2.1\nuuid:    {uuid}\nseqno:   {seqno}\n"
            "safe_to_bootstrap: 0\n")
        return {"wsrep-start-position": f"{uuid}:{seqno}"}

    def restart_options(self, server) -> dict:
        # A joiner's rsync daemon runs as nobody when the server runs as root.
        server.datadir.chmod(0o777)
        return {"wsrep-sst-method": "rsync",
                "wsrep-sst-receive-address": f"{server.address}:4444"}


class NoMedium:
    """A stand-alone server: no replication."""

    replicates = False
    restartable = True

    def prepare(self, servers):
        pass

    def server_options(self, server, slot: int) -> dict:
        return {"wsrep-on": "OFF"}

    def guard_options(self) -> dict:
        return {}

    def first_start_options(self, server, slot: int) -> dict:
        return {}

"""What a cluster's servers share: a Borealis volume, Galera's group, or nothing.

A medium gives the wsrep options of each server. One is chosen per cluster.
"""

import os
import subprocess
from pathlib import Path

from . import paths


class VolumeMedium:
    """The provider under test over `directory`.

    A missing volume is made by `borealis volume create`, or, where there is no such program, by the
    first server (--wsrep-new-cluster).
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
        if not self.directory.exists() and paths.binary().exists():
            command = [str(paths.binary()), "volume", "create", str(self.directory)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")

    def server_options(self, server, slot: int) -> dict:
        options = {
            "wsrep-provider": self.provider,
            "wsrep-cluster-address": f"volume://{self.directory}",
        }
        if self.provider_options:
            options["wsrep-provider-options"] = self.provider_options
        return options

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

    def first_start_options(self, server, slot: int) -> dict:
        return {}


def local_mount(directory: Path, mebibytes: int):
    """Mounts a small file system of `mebibytes` MiB at `directory`: an ext4 image on a loop device,
    or a tmpfs where that is not permitted. Returns its kind. Best done in a mount namespace of
    one's own (`enter_mount_namespace`), which takes it away with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    image = directory.parent / f"{directory.name}.img"
    with open(image, "wb") as out:
        out.truncate(mebibytes << 20)
    made = subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", image],
                          capture_output=True, check=False).returncode == 0
    if made and subprocess.run(["mount", "-o", "loop", image, directory],
                               capture_output=True, check=False).returncode == 0:
        return "ext4"
    image.unlink(missing_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", directory],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"cannot mount a small file system here (needs root): {done.stderr}")
    return "tmpfs"


def enter_mount_namespace():
    """Runs the program again in a mount namespace of its own; returns in the second run."""
    import sys

    if os.environ.get("BOREALIS_TEST_NAMESPACE") == "1":
        return
    os.environ["BOREALIS_TEST_NAMESPACE"] = "1"
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
    os.execvp(command[0], command)

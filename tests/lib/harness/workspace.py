"""Workspace: what one test run owns: a private directory and a block of loopback addresses.

Tests may run in parallel: the directory is fresh, and the block 127.100.B.0/24 is held by a file
lock, which the kernel drops when the process dies, however it dies. Directory and logs stay when
the run failed or was asked to keep them.
"""

import fcntl
import os
import shutil
import socket
import tempfile
from pathlib import Path

_BLOCKS = range(1, 250)
_FIRST_HOST = 10


class Workspace:
    def __init__(self, name: str, keep: bool = False):
        self.name = name
        self.keep = keep
        self.dir = Path(tempfile.mkdtemp(prefix=f"borealis-{name}-"))
        os.chmod(self.dir, 0o755)
        self._closers = []
        self._block, self._lock = _claim_block()

    def address(self, index: int) -> str:
        """The loopback address of server `index` (from 0)."""
        return f"127.100.{self._block}.{_FIRST_HOST + index}"

    def port(self, addresses: list[str], wanted: int = 3306) -> int:
        """A port that is free on all `addresses`: `wanted` where possible."""
        for port in [wanted, *range(20000 + self._block * 20, 20020 + self._block * 20)]:
            if all(_is_free(address, port) for address in addresses):
                return port
        raise RuntimeError(f"no port is free on all of {', '.join(addresses)}")

    def at_close(self, closer):
        """`closer()` runs when the workspace closes, last added first, whatever happened."""
        self._closers.append(closer)

    def close(self, failed: bool):
        for closer in reversed(self._closers):
            try:
                closer()
            except Exception as error:  # the others must still run
                print(f"cleanup: {error}", flush=True)
        self._closers.clear()
        if failed or self.keep:
            print(f"kept: {self.dir}", flush=True)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        self._lock.close()


def _claim_block():
    directory = Path(tempfile.gettempdir()) / "borealis-test-addresses"
    directory.mkdir(mode=0o1777, exist_ok=True)
    start = os.getpid() % len(_BLOCKS)
    for offset in range(len(_BLOCKS)):
        block = _BLOCKS[(start + offset) % len(_BLOCKS)]
        lock = open(directory / f"{block}.lock", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return block, lock
        except BlockingIOError:
            lock.close()
    raise RuntimeError(f"all {len(_BLOCKS)} blocks of test addresses are taken ({directory})")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            return True
        except OSError:
            return False

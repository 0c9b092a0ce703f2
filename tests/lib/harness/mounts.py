"""A small file system that a test may fill. Needs root; lives in a mount namespace of its own, so
that nothing is left mounted however the test ends."""

import os
import subprocess
import sys
from pathlib import Path


def enter_mount_namespace():
    """Runs the program again in a mount namespace of its own; returns in that second run."""
    if os.environ.get("BOREALIS_TEST_NAMESPACE") == "1":
        return
    os.environ["BOREALIS_TEST_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                          *sys.argv])


class SmallDisk:
    """An ext4 image on a loop device, or a tmpfs where that is not permitted."""

    def __init__(self, directory: Path, mebibytes: int):
        self.directory = directory
        self.kind = ""
        directory.mkdir(parents=True)
        image = directory.with_suffix(".img")
        with open(image, "wb") as out:
            out.truncate(mebibytes << 20)
        if _done("mkfs.ext4", "-q", "-F", "-m", "0", image) and _done("mount", "-o", "loop", image,
                                                                      directory):
            self.kind = "ext4"
        elif _done("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", directory):
            image.unlink()
            self.kind = "tmpfs"
        else:
            raise SystemExit("cannot mount a small file system: run this test as root, where "
                             "mount(2) is permitted")
        self._ballast = directory / "ballast"

    def free_bytes(self) -> int:
        facts = os.statvfs(self.directory)
        return facts.f_bavail * facts.f_frsize

    def fill(self, leave_bytes: int):
        """Occupies all but `leave_bytes`."""
        size = self.free_bytes() - leave_bytes
        with open(self._ballast, "wb") as out:
            while out.tell() < size:
                try:
                    out.write(bytes(min(1 << 20, size - out.tell())))
                    out.flush()
                except OSError:
                    break  # the file system's own bookkeeping took the rest

    def make_room(self):
        self._ballast.unlink()

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.directory], check=False)


def _done(*command) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0

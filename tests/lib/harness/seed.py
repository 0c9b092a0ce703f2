"""The datadir that every server of a test starts from: made once, copied for each.

All nodes of a cluster must start from identical system tables. The seed has a master user `admin`
(password `admin`) from anywhere, besides root on the socket.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths

USER = "admin"
PASSWORD = "admin"

_ACCOUNTS = f"""
CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;
"""


def _cache() -> Path:
    stamp = paths.MARIADBD.stat()
    return Path(tempfile.gettempdir()) / (
        f"borealis-test-seed-{os.getuid()}-{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    )


def seed_directory() -> Path:
    """The cached seed of the installed server version; made on first use."""
    cache = _cache()
    cache.mkdir(mode=0o700, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = cache / "datadir"
        if not done.exists():
            making = cache / "making"
            shutil.rmtree(making, ignore_errors=True)
            _make(making)
            making.rename(done)
        return done


def copy_seed(target: Path):
    """A fresh datadir at `target`, replacing what is there."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(seed_directory(), target)


def _make(target: Path):
    temporary = target.with_name("tmp")  # not that of other servers: one that starts empties it
    temporary.mkdir(exist_ok=True)
    options = ["--no-defaults", f"--datadir={target}", f"--tmpdir={temporary}", "--innodb-log-file-size=8M"]
    if os.getuid() == 0:
        options.append("--user=root")
    _run(["mariadb-install-db", *options, "--auth-root-authentication-method=socket",
          "--skip-test-db"])
    # CREATE USER is refused under --bootstrap until the privilege tables are loaded.
    _run([str(paths.MARIADBD), *options, "--bootstrap"], "FLUSH PRIVILEGES;\n" + _ACCOUNTS)


def _run(command, text=None):
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")

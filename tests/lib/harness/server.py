"""Server: one mariadbd process over its own datadir, started directly (no agent).

The process dies with the harness, also when that is killed: it is started with a parent-death
signal, from one launcher thread that lives as long as the harness (the signal is tied to the
thread). Only pids that were started here are ever signalled.
"""

import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pymysql

from . import paths, seed

_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")
UNDEFINED_POSITION = "00000000-0000-0000-0000-000000000000:-1"


class ServerDied(RuntimeError):
    """The process ended while something was expected of it; carries the tail of its error log."""


class Server:
    """REQUIRES: `options` hold everything but datadir, socket, address, port and log."""

    def __init__(self, name: str, directory: Path, address: str, port: int, options: dict):
        self.name = name
        self.dir = directory
        self.address = address
        self.port = port
        self.options = options
        self.datadir = directory / "data"
        self.error_log = directory / "error.log"
        # Its own: a server that starts removes temporary tables from its directory, whosever they are.
        self.tmpdir = directory / "tmp"
        self.socket = directory / "s"  # short: a socket path has at most 107 bytes
        self.environment = {}  # of the process, in addition to ours
        self.process = None
        self.starts = 0

    # --- Life ----------------------------------------------------------------------------------
    def make_datadir(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        self.tmpdir.mkdir(exist_ok=True)
        seed.copy_seed(self.datadir)

    def start(self, **extra):
        """Starts the process; does not wait. `extra`: options for this start only."""
        assert not self.alive(), f"{self.name} is running"
        self.starts += 1
        command = ["setpriv", "--pdeathsig", "KILL", "--", *self._command(extra)]
        self._log(f"start {self.starts}: {' '.join(command)}")
        self.process = _launcher.submit(self._spawn, command).result()

    def recovered_position(self) -> str:
        """What InnoDB holds, as uuid:seqno, by a run of `mariadbd --wsrep-recover`."""
        recovery_log = self.dir / "recover.log"
        recovery_log.unlink(missing_ok=True)
        done = subprocess.run(
            self._command({"wsrep-recover": None, "log-error": str(recovery_log)}),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, check=False)
        text = recovery_log.read_text(errors="replace")
        found = re.findall(r"Recovered position:? *([0-9a-f-]{36}:-?\d+)", text)
        if not found:
            raise ServerDied(f"{self.name}: --wsrep-recover gave no position "
                             f"(exit {done.returncode}):\n{_tail(recovery_log)}")
        return found[-1]

    def wait_ready(self, timeout_s: float = 180):
        """Returns when the server takes writes. Raises when it ends first or the time is over."""
        end = time.monotonic() + timeout_s
        why = "never tried"
        while time.monotonic() < end:
            if not self.alive():
                raise ServerDied(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            try:
                with self.connect(connect_timeout=2, read_timeout=5) as connection:
                    ready = status(connection, "wsrep_ready")
                    if "wsrep-provider" not in self.options or ready["wsrep_ready"] == "ON":
                        return
                    why = f"wsrep_ready = {ready}"
            except pymysql.Error as error:
                why = str(error)
            time.sleep(0.05)
        raise TimeoutError(f"{self.name} not ready after {timeout_s} s ({why}):\n{self.tail()}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, timeout_s: float = 60) -> int:
        """Asks for a clean shutdown and waits; returns the exit code. Killed when it hangs."""
        if not self.alive():
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{self.name} did not stop in {timeout_s} s:\n{self.tail()}") from None

    def kill(self):
        """kill -9, also of a stopped process, and waits for the death."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def signal_kill(self):
        """kill -9 without waiting, for killing several at one moment."""
        self.process.kill()

    def freeze(self):
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)

    def rss_kib(self) -> int:
        """VmRSS of the process."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    # --- SQL -----------------------------------------------------------------------------------
    def connect(self, **more):
        settings = {"user": seed.USER, "password": seed.PASSWORD, "autocommit": True,
                    "connect_timeout": 60, "charset": "utf8mb4", **more}
        return pymysql.connect(host=self.address, port=self.port, **settings)

    def query(self, sql, args=None):
        """All rows of one statement on a connection of its own."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql, args)
            return cursor.fetchall()

    def status(self, pattern="wsrep%") -> dict:
        with self.connect() as connection:
            return status(connection, pattern)

    def tail(self, lines: int = 25) -> str:
        return _tail(self.error_log, lines)

    def last_error(self) -> str:
        """The newest [ERROR] line of the provider in the server's log, or of anyone."""
        lines = [line for line in self.error_log.read_text(errors="replace").splitlines()
                 if "[ERROR]" in line]
        own = [line for line in lines if "Borealis" in line]
        return (own or lines or ["(no error in the log)"])[-1]

    # -------------------------------------------------------------------------------------------
    def _command(self, extra):
        own = {"datadir": self.datadir, "tmpdir": self.tmpdir, "socket": self.socket,
               "pid-file": self.dir / "pid", "bind-address": self.address,
               "port": self.port, "log-error": self.error_log}
        if os.getuid() == 0:
            own["user"] = "root"
        merged = {**self.options, **own, **extra}
        return [str(paths.MARIADBD), "--no-defaults",
                *(f"--{k}" if v is None else f"--{k}={v}" for k, v in merged.items())]

    def _spawn(self, command):
        with open(self.dir / "stdout.log", "ab") as out:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=subprocess.STDOUT, start_new_session=True,
                                    env={**os.environ, **self.environment})

    def _log(self, line):
        with open(self.dir / "harness.log", "a") as out:
            out.write(f"{time.time():.3f} {line}\n")


def status(connection, pattern) -> dict:
    """SHOW GLOBAL STATUS LIKE pattern, names in lower case."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE %s", (pattern,))
        return {name.lower(): value for name, value in cursor.fetchall()}


def _tail(path: Path, lines: int = 25) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return f"(no {path})"

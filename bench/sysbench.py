"""Running Debian's sysbench and reading what it prints."""

import re
import subprocess
from dataclasses import dataclass

from harness import seed

LOADS = ["oltp_insert", "oltp_update_index", "oltp_write_only", "oltp_read_write",
         "oltp_point_select"]
DATABASE = "sbtest"
# Deadlocks and certification conflicts: the client's to retry, counted apart.
_IGNORED = "1213,1020,1205"


@dataclass
class Load:
    name: str
    tables: int
    rows: int  # per table

    def options(self) -> list[str]:
        """Ids 1 to `rows` without gaps, as all loads but the insert draw them: generated ones are 16
        apart, and then 15 of 16 statements would find no row."""
        return [f"--tables={self.tables}", f"--table-size={self.rows}",
                f"--auto_inc={'on' if self.name == 'oltp_insert' else 'off'}"]


def prepare_sysbench(load: Load, host: str, port: int):
    """Creates and fills the tables. REQUIRES: they do not exist."""
    _run(load, [host], port, ["--threads=1", "prepare"])


def run_sysbench(load: Load, hosts: list[str], port: int, threads: int, seconds: int,
                 warmup: int) -> dict:
    """Threads are dealt over `hosts` in turn. tps counts sysbench's events: transactions, or single
    statements where the load has no more."""
    options = [f"--threads={threads}", "--report-interval=0", "--percentile=95",
               "--rand-type=uniform"]
    if warmup > 0:
        _run(load, hosts, port, [*options, f"--time={warmup}", "run"])
    out = _run(load, hosts, port, [*options, f"--time={seconds}", "run"])
    events = re.search(r"transactions:\s+(\d+)\s+\(([\d.]+) per sec", out)
    ignored = re.search(r"ignored errors:\s+(\d+)\s+\(([\d.]+) per sec", out)
    latency = re.search(r"avg:\s+([\d.]+)[\s\S]*?max:\s+([\d.]+)[\s\S]*?95th percentile:\s+([\d.]+)", out)
    return {"tps": float(events.group(2)), "events": int(events.group(1)),
            "ignored_per_s": float(ignored.group(2)), "mean_ms": float(latency.group(1)),
            "max_ms": float(latency.group(2)), "p95_ms": float(latency.group(3))}


def _run(load: Load, hosts, port, more) -> str:
    command = ["sysbench", load.name, "--db-driver=mysql", f"--mysql-host={','.join(hosts)}",
               f"--mysql-port={port}", f"--mysql-user={seed.USER}",
               f"--mysql-password={seed.PASSWORD}", f"--mysql-db={DATABASE}",
               f"--mysql-ignore-errors={_IGNORED}", *load.options(), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout

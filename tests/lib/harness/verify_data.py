"""`borealis verify-data` over the servers of a test: all data at one seqno, while they serve."""

import json
import subprocess
from dataclasses import dataclass

from . import paths
from .server import Server

_TIMEOUT_S = 600


@dataclass
class Verification:
    code: int  # exit code: 0 equal, 1 different, 4 no verdict
    report: dict
    text: str  # all that it printed


def verify_data(servers: list[Server]) -> Verification:
    """REQUIRES: the servers are nodes of one Borealis cluster, and this is root or their owner."""
    command = [str(paths.binary()), "verify-data", "--json",
               *(f"--server={server.name}={server.socket}" for server in servers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        report = {}
    return Verification(done.returncode, report, done.stdout + done.stderr)


def unequal(servers: list[Server]) -> list[str]:
    """What verify-data has against these nodes, in words; empty when they are equal."""
    found = verify_data(servers)
    return [] if found.code == 0 else [f"verify-data ended with {found.code}: {found.text}"]

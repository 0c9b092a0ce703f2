"""A node that is asked to see another's commits later, and certainly does.

The asked node hears of it in a while. How long that takes nobody can say who is on a busy machine, so
commits are made until it holds one back, which its status tells; from then on it holds back all.
"""

import itertools

from .server import Server
from .waiting import wait_until


def hold_back(source: Server, late: Server, commit):
    """For an hour, or until the test ends it. `commit(n)` makes a commit at `source`, with n = 1, 2, ..."""
    source.query(f'ALTER SYSTEM SIMULATE 100 PERCENT READ REPLICA FAILURE TO "{late.name}" FOR INTERVAL 1 HOUR')
    await_held_back(late, commit)


def await_held_back(late: Server, commit):
    """REQUIRES: what was asked of `late` lasts for longer than this."""
    before, numbers = _held_back(late), itertools.count(1)

    def holds_back():
        if _held_back(late) != before:
            return True
        commit(next(numbers))
        return False

    wait_until(holds_back, f"{late.name} holds something back", pause_s=0.1)


def _held_back(server: Server) -> int:
    """Attempts to see a record that failed, ten a second for as long as one is held back."""
    return int(server.status("wsrep_borealis_fault_held_back")["wsrep_borealis_fault_held_back"])

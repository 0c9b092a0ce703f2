"""Nobody waits for a program that works beside the servers: it is stopped in the midst of that, and they go on.

How long clients wait for a commit while it runs tells as much about the machine as about the program. One that is
stopped for good holds up for good whoever waits for it.
"""

import os
import signal
import subprocess
import time

_BOUND_S = 60
_MOMENTS = 3  # at which it is stopped
_BETWEEN_S = 0.02


def stop_in_the_midst(program: subprocess.Popen, others, load, nodes: int, more: int) -> list[bool]:
    """Whether `more` commits through each node were acknowledged while the program, and the processes that
    `others()` names, were stopped: for each moment at which that was done, while it ran."""
    went_on = []
    while len(went_on) < _MOMENTS and program.poll() is None:
        stopped = [program.pid, *others()]
        _signal(stopped, signal.SIGSTOP)
        try:
            if program.poll() is None:
                went_on.append(all(load.wait_acknowledged(node, more, _BOUND_S) for node in range(nodes)))
        finally:
            _signal(reversed(stopped), signal.SIGCONT)
        time.sleep(_BETWEEN_S)
    return went_on


def _signal(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

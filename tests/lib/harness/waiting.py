"""Waiting for what comes true in a while; a claim that does is Report.await_true's."""

import time


def wait_until(condition, what: str, timeout_s: float = 180, pause_s: float = 0.05):
    """What the condition says once that is true. TimeoutError with `what` else. The bound is one for slow machines:
    nothing waits for it that works."""
    end = time.monotonic() + timeout_s
    while not (seen := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout_s} s: {what}")
        time.sleep(pause_s)
    return seen

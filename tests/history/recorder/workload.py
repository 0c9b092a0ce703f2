"""What clients do. Every workload makes its tables, plans transactions, and reads everything at the end.

A plan is a function (cursor, ops): it runs statements, and notes each operation before its answer is known.
Each round has a database of its own, so that rounds on one cluster do not meet.
"""

import itertools
import threading

DATABASE = "h"


class Workload:
    name = ""
    expected = frozenset()  # errors that it causes by itself
    header = {}  # what the checker has to know
    judged_as = property(lambda self: self.name)

    def __init__(self):
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def statements(self) -> list[str]:
        """What makes its tables in the database."""
        raise NotImplementedError

    def plan(self, rng, session):
        raise NotImplementedError

    def read_all(self, cursor, ops):
        """The plan of the last reads, on every node."""
        raise NotImplementedError

    def background(self, cluster) -> list:
        """Threads with a `stop` that run beside the clients."""
        return []

    def next_id(self) -> int:
        with self._lock:
            return next(self._ids)

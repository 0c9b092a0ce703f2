"""Workloads over lists, judged by their dependencies: list-append, long-fork, ddl-mix."""

from .definitions import Definitions
from .workload import Workload

_TABLES = 3
_APPENDS_PER_KEY = 60  # then a new key takes its place


class ListAppend(Workload):
    """Transactions of 1 to 5 appends and reads over keys of several tables."""

    name = "list-append"
    keys_per_table = 3
    judged_as = "list-append"

    def __init__(self):
        super().__init__()
        self._appends = {}  # (table, place) -> how many
        self._keys = set()

    def statements(self):
        return [f"CREATE TABLE list{n} (k INT PRIMARY KEY, v MEDIUMTEXT NOT NULL) ENGINE=InnoDB"
                for n in range(_TABLES)]

    def plan(self, rng, session):
        steps = [(rng.random() < 0.5, *self._key(rng)) for _ in range(rng.randint(1, 5))]

        def run(cursor, ops):
            for appends, table, key in steps:
                (append if appends else read)(cursor, ops, table, key, self)
        return run

    def read_all(self, cursor, ops):
        for table in range(_TABLES):
            seen = set()
            cursor.execute(f"SELECT k, v FROM list{table}")
            for key, text in cursor.fetchall():
                ops.append(["read", f"{table}.{key}", _values(text)])
                seen.add(key)
            for key in {k for t, k in self._keys if t == table} - seen:
                ops.append(["read", f"{table}.{key}", []])

    def _key(self, rng):
        table, place = rng.randrange(_TABLES), rng.randrange(self.keys_per_table)
        with self._lock:
            used = self._appends[table, place] = self._appends.get((table, place), 0) + 1
            key = place + self.keys_per_table * (used // _APPENDS_PER_KEY)
            self._keys.add((table, key))
        return table, key


def append(cursor, ops, table, key, workload):
    value = workload.next_id()
    ops.append(["append", f"{table}.{key}", value])
    cursor.execute(f"INSERT INTO list{table} (k, v) VALUES (%s, %s) ON DUPLICATE KEY UPDATE"
                   " v = CONCAT(v, ',', VALUES(v))", (key, str(value)))


def read(cursor, ops, table, key, _workload):
    op = ["read", f"{table}.{key}", None]
    ops.append(op)
    cursor.execute(f"SELECT v FROM list{table} WHERE k = %s", (key,))
    rows = cursor.fetchall()
    op[2] = _values(rows[0][0]) if rows else []


def _values(text):
    return [int(value) for value in text.split(",")]


class LongFork(ListAppend):
    """Appends to keys of their own, and reads of whole groups: two readers must not disagree about order."""

    name = "long-fork"
    group = 8  # keys

    def plan(self, rng, session):
        with self._lock:
            newest = len(self._keys)
            writes = rng.random() < 0.5
            if writes:
                self._keys.add((newest % _TABLES, newest))
        first = (newest if writes else max(0, newest - rng.randrange(self.group))) // self.group * self.group

        def run(cursor, ops):
            if writes:
                append(cursor, ops, newest % _TABLES, newest, self)
                return
            for key in range(first, first + self.group):
                read(cursor, ops, key % _TABLES, key, self)
        return run


class DdlMix(ListAppend):
    """List-append while definitions change: of its tables, and of others, accounts too."""

    name = "ddl-mix"
    # The table changed since the snapshot; 159 is InnoDB's word for it, from a statement in strict mode.
    expected = frozenset({1412, 159})

    def background(self, cluster):
        return [Definitions(cluster, _TABLES)]

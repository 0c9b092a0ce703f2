"""Changes definitions through all nodes in turn, until stopped. What fails is not repeated: nodes die."""

import threading

import pymysql

from .workload import DATABASE

_PAUSE_S = 0.05
_ANSWER_S_MAX = 120
_STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS scratch (id INT PRIMARY KEY, a INT) ENGINE=InnoDB",
    "ALTER TABLE list{n} ADD COLUMN IF NOT EXISTS extra INT DEFAULT 7",
    "CREATE OR REPLACE VIEW seen{n} AS SELECT k FROM list{n}",
    "INSERT IGNORE INTO scratch VALUES (1, 1), (2, 2)",
    "CREATE USER IF NOT EXISTS h{n}@localhost IDENTIFIED BY 'x'",
    "GRANT SELECT ON h.* TO h{n}@localhost",
    "ALTER TABLE scratch ADD KEY IF NOT EXISTS (a)",
    "RENAME TABLE scratch TO renamed",
    "ALTER TABLE list{n} DROP COLUMN IF EXISTS extra, FORCE",
    "CREATE OR REPLACE PROCEDURE twice{n}() SELECT 2",
    "DROP TABLE IF EXISTS renamed",
    "DROP USER IF EXISTS h{n}@localhost",
)


class Definitions(threading.Thread):
    def __init__(self, cluster, tables: int):
        super().__init__(daemon=True)
        self._servers, self._tables = cluster.servers, tables
        self._stopping = threading.Event()

    def stop(self):
        self._stopping.set()

    def run(self):
        step = 0
        while not self._stopping.wait(_PAUSE_S):
            statement = _STATEMENTS[step % len(_STATEMENTS)].format(n=step // len(_STATEMENTS) % self._tables)
            try:
                server = self._servers[step % len(self._servers)]
                with server.connect(database=DATABASE, connect_timeout=3,
                                    read_timeout=_ANSWER_S_MAX) as connection:
                    connection.cursor().execute(statement)
            except (pymysql.Error, OSError):
                pass  # the node is down, or an earlier step did not happen
            step += 1

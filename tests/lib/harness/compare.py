"""Are the nodes identical? All user tables, definitions, accounts and routines, at one seqno.

Judged twice: by `borealis verify-data`, as an operator would, and by means of its own, sums over rows
that do not depend on their physical order (tables without a primary key): CHECKSUM TABLE EXTENDED,
which sees every bit of a value but sums CRCs, in which a column that differs by the same bits in all
rows may cancel out; and a sum of MD5s, where it can't. A difference is shown row by row.
"""

import time
from collections import Counter

from .server import Server, status
from .verify_data import unequal

_SYSTEM = "('mysql','information_schema','performance_schema','sys')"
_SHOWN_MAX = 10  # rows of a difference


def wait_same_seqno(servers: list[Server], timeout_s: float = 180) -> int:
    """Waits until all nodes have applied everything; returns the seqno. REQUIRES: no writers."""
    end = time.monotonic() + timeout_s
    while True:
        seqnos = {server.name: _synced_seqno(server) for server in servers}
        if len(set(seqnos.values())) == 1:
            return next(iter(seqnos.values()))
        if time.monotonic() > end:
            raise TimeoutError(f"nodes do not reach one seqno: {seqnos}")
        time.sleep(0.02)


def differences(servers: list[Server], timeout_s: float = 180) -> list[str]:
    """Differences of any node from the first, in words; empty when identical."""
    while True:
        seqno = wait_same_seqno(servers, timeout_s)
        images = [_image(server) for server in servers]
        if wait_same_seqno(servers, timeout_s) == seqno:
            break  # nothing moved meanwhile
    found = []
    first, reference = servers[0], images[0]
    for server, image in zip(servers[1:], images[1:]):
        for thing in sorted(reference.keys() | image.keys()):
            if reference.get(thing) == image.get(thing):
                continue
            found.append(f"{thing} differs at seqno {seqno}: {first.name} has "
                         f"{_short(reference.get(thing))}, {server.name} has "
                         f"{_short(image.get(thing))}")
            if thing.startswith("rows of ") and thing in reference and thing in image:
                found += _row_difference(first, server, thing.removeprefix("rows of "))
    if _is_borealis(first):
        found += unequal(servers)
    return found


def content_differences(first: Server, second: Server, physical: bool = True) -> list[str]:
    """Differences between servers of different histories, in words. `physical`: CHECKSUM TABLE, too, which
    sees unused bits of rows that came by SQL. REQUIRES: no writers."""
    images = [_image(first), _image(second)]
    if not physical:
        images = [{thing: value[1:] if thing.startswith("rows of ") else value
                   for thing, value in image.items()} for image in images]
    return [f"{thing} differs: {first.name} has {_short(images[0].get(thing))}, {second.name} has "
            f"{_short(images[1].get(thing))}"
            for thing in sorted(images[0].keys() | images[1].keys())
            if images[0].get(thing) != images[1].get(thing)]


def _is_borealis(server: Server) -> bool:
    return bool(server.status("wsrep_borealis_slot"))


def table_count(server: Server) -> int:
    return len(_tables(server))


def _synced_seqno(server: Server) -> int:
    with server.connect(read_timeout=180) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION wsrep_sync_wait = 1")
        cursor.execute("SELECT 1")
        return int(status(connection, "wsrep_last_committed").get("wsrep_last_committed", 0))


def _tables(server: Server):
    return [row[0] for row in server.query(
        "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables"
        " WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
        f" AND table_schema NOT IN {_SYSTEM} ORDER BY 1")]


def _image(server: Server) -> dict:
    """Everything that must be equal, by name."""
    image = {}
    virtual = {row[0] for row in server.query(
        "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.columns"
        " WHERE extra LIKE '%%VIRTUAL%%'", ())}
    for table in _tables(server):
        # Of virtual columns CHECKSUM TABLE takes what happens to be in memory.
        checksum = None if table in virtual else server.query(f"CHECKSUM TABLE {table} EXTENDED")[0][1]
        image[f"rows of {table}"] = (checksum, *_sum_of_hashes(server, table))
        definition = server.query(f"SHOW CREATE TABLE {table}")[0][1]
        # The counter's next value is each node's own.
        image[f"definition of {table}"] = " ".join(
            word for word in definition.split(" ") if not word.startswith("AUTO_INCREMENT="))
    for kind, sql in _CATALOGUE.items():
        for name, *values in server.query(sql):
            image[f"{kind} {name}"] = values
    return image


def _sum_of_hashes(server: Server, table: str):
    """Number of rows and a sum of a hash of each, all columns by name, hidden ones too."""
    columns = [row[0] for row in server.query(
        "SELECT column_name FROM information_schema.columns"
        " WHERE CONCAT('`', table_schema, '`.`', table_name, '`') = %s ORDER BY 1", (table,))]
    parts = ", ".join(f"IFNULL(`{name}`, '\\0')" for name in columns)
    history = " FOR SYSTEM_TIME ALL" if "SYSTEM VERSIONED" in server.query(
        "SELECT table_type FROM information_schema.tables"
        " WHERE CONCAT('`', table_schema, '`.`', table_name, '`') = %s", (table,))[0][0] else ""
    # An integer: CONV gives a string, and a sum of strings is a double, which depends on the order.
    number = f"CAST(CONV(LEFT(MD5(CONCAT_WS('\\Z', {parts})), 15), 16, 10) AS UNSIGNED)"
    return server.query(f"SELECT COUNT(*), SUM({number}) FROM {table}{history}")[0]


_CATALOGUE = {
    "view": "SELECT CONCAT(table_schema, '.', table_name), view_definition, definer"
            f" FROM information_schema.views WHERE table_schema NOT IN {_SYSTEM}",
    "routine": "SELECT CONCAT(routine_type, ' ', routine_schema, '.', routine_name),"
               " routine_definition, definer, sql_mode FROM information_schema.routines"
               f" WHERE routine_schema NOT IN {_SYSTEM}",
    "trigger": "SELECT CONCAT(trigger_schema, '.', trigger_name), event_object_table,"
               " event_manipulation, action_timing, action_statement, definer"
               f" FROM information_schema.triggers WHERE trigger_schema NOT IN {_SYSTEM}",
    # password_last_changed is a time of day.
    "account": "SELECT CONCAT(user, '@', host),"
               " JSON_REMOVE(priv, '$.password_last_changed') FROM mysql.global_priv",
    "database grant": "SELECT CONCAT_WS('/', user, host, db), select_priv, insert_priv,"
                      " update_priv, delete_priv, create_priv, grant_priv FROM mysql.db",
    "table grant": "SELECT CONCAT_WS('/', user, host, db, table_name), table_priv, column_priv"
                   " FROM mysql.tables_priv",
    "role": "SELECT CONCAT_WS('/', user, host, role), admin_option FROM mysql.roles_mapping",
}


def _row_difference(first: Server, second: Server, table: str) -> list[str]:
    rows = [Counter(server.query(f"SELECT * FROM {table}")) for server in (first, second)]
    lines = []
    for have, lack, extra in ((first, second, rows[0] - rows[1]), (second, first, rows[1] - rows[0])):
        total = sum(extra.values())
        for row, count in list(extra.items())[:_SHOWN_MAX]:
            lines.append(f"  only on {have.name} (x{count}): {_short(row)}")
        if total > _SHOWN_MAX:
            lines.append(f"  ... {total} rows of {have.name} are not on {lack.name}")
    return lines


def _short(value, limit=160) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."

"""Histories of list-append: what came before what, as the lists themselves tell.

A key holds a list; a transaction appends values that are used once, and reads whole lists. So a read
tells the order of all versions before it, and the longest read of a key tells that of all. From these:

  ww  B appended right behind A           wr  B read a list that ends with what A appended
  rw  A read a list, and B appended what comes right behind its end

Whether a transaction of unknown outcome committed is told by whether anybody read what it appended.

Direct anomalies, found without a graph:
  lost         acknowledged, and not in a list that a fresh transaction read later
  duplicate    a value is twice in a list        nowhere   a value that nobody appended
  G1a          a value of a transaction that failed
  G1b          a list that ends in the middle of what one transaction appended to it
  internal     a transaction does not see its own appends, or two of its reads differ
  fork         two reads of one key, neither of which begins with the other
"""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Anomaly:
    kind: str
    text: str
    transactions: tuple = ()  # whom it involves
    key: str | None = None  # where, if at one


@dataclass
class Dependencies:
    committed: list = field(default_factory=list)  # transactions, in the order of the history
    edges: list = field(default_factory=list)  # (kind, from, to, why): indices into `committed`
    anomalies: list = field(default_factory=list)
    unread: int = 0  # acknowledged appends that no later fresh read covers: neither kept nor lost


def infer(transactions) -> Dependencies:
    found = Dependencies()
    writer, failed, last_of = _writers(transactions)
    reads = _external_reads(transactions, found.anomalies)
    orders = {key: _version_order(key, of_key, found.anomalies) for key, of_key in reads.items()}
    _check_values(reads, writer, failed, last_of, found.anomalies)
    seen = {writer[key, value].id for key, order in orders.items() for value in order
            if (key, value) in writer}
    found.committed = [t for t in transactions
                       if t.outcome == "ok" or (t.outcome == "unknown" and t.id in seen)]
    _check_lost(found, orders, reads)
    _edges(found, orders, reads, writer)
    return found


def _writers(transactions):
    """Who appended a value; which values are of failed transactions; each one's last value per key."""
    writer, failed, last_of = {}, {}, {}
    for t in transactions:
        for op in t.ops:
            if op[0] == "append":
                (failed if t.outcome == "fail" else writer)[op[1], op[2]] = t
                last_of[t.id, op[1]] = op[2]
    return writer, failed, last_of


def _external_reads(transactions, anomalies):
    """key -> [(transaction, list without its own appends)], of those that were acknowledged."""
    reads = defaultdict(list)
    for t in transactions:
        if t.outcome != "ok":
            continue
        own, first = defaultdict(list), {}
        for op in t.ops:
            if op[0] == "append":
                own[op[1]].append(op[2])
            elif op[2] is not None:
                key, values = op[1], op[2]
                mine = own.get(key)
                others = values
                if mine:
                    if values[-len(mine):] != mine:
                        anomalies.append(Anomaly("internal", f"T{t.id} appended {mine} to {key} and then read"
                                                 f" {_tail(values)}", (t,), key))
                        continue
                    others = values[:-len(mine)]
                if key not in first:
                    first[key] = others
                    reads[key].append((t, others))
                elif first[key] != others:
                    anomalies.append(Anomaly("internal", f"T{t.id} read {key} twice:"
                                             f" {_tail(first[key])}, then {_tail(others)}", (t,), key))
    return reads


def _version_order(key, reads, anomalies):
    longest = max((values for _, values in reads), key=len)
    if len(set(longest)) != len(longest):
        twice = next(v for v in longest if longest.count(v) > 1)
        t = next(t for t, values in reads if values is longest)
        anomalies.append(Anomaly("duplicate", f"T{t.id} read {twice} twice in {key}", (t,), key))
        return []
    for t, values in reads:
        if longest[:len(values)] != values:
            other = next(t for t, values in reads if values is longest)
            at = next(i for i, (a, b) in enumerate(zip(longest, values)) if a != b)
            anomalies.append(Anomaly("fork", f"T{t.id} and T{other.id} read {key} with different values at"
                                     f" place {at}: {values[at]}, {longest[at]}", (t, other), key))
            return []
    return longest


def _check_values(reads, writer, failed, last_of, anomalies):
    for key, of_key in reads.items():
        checked = 0  # places of this key's list, all reads being the beginning of one
        for t, values in of_key:
            for value in values[checked:]:
                if (key, value) in failed:
                    source = failed[key, value]
                    anomalies.append(Anomaly("G1a", f"T{t.id} read {value} in {key}, which T{source.id} had"
                                             " appended, and that one failed", (source, t), key))
                elif (key, value) not in writer:
                    anomalies.append(Anomaly("nowhere", f"T{t.id} read {value} in {key}, which nobody"
                                             " appended", (t,), key))
            checked = max(checked, len(values))
            source = writer.get((key, values[-1])) if values else None
            if source is not None and source is not t and last_of[source.id, key] != values[-1]:
                anomalies.append(Anomaly("G1b", f"T{t.id} read {key} up to {values[-1]}, but T{source.id} went"
                                         f" on to append {last_of[source.id, key]}",
                                         (source, t), key))


def _check_lost(found, orders, reads):
    places = {key: set(order) for key, order in orders.items()}
    newest = {key: max((t.begin for t, _ in of_key if t.fresh), default=-1) for key, of_key in reads.items()}
    broken = {key for key, order in orders.items() if not order and any(v for _, v in reads[key])}
    for t in found.committed:
        if t.outcome != "ok":
            continue
        for op in t.ops:
            if op[0] != "append" or op[1] in broken or op[2] in places.get(op[1], ()):
                continue
            if newest.get(op[1], -1) > t.end:
                reader = next(r for r, _ in reads[op[1]] if r.fresh and r.begin > t.end)
                found.anomalies.append(Anomaly(
                    "lost", f"T{t.id} appended {op[2]} to {op[1]} and was acknowledged; T{reader.id} began"
                    " later and did not read it, nor did anyone", (t, reader), op[1]))
            else:
                found.unread += 1


def _edges(found, orders, reads, writer):
    index = {t.id: i for i, t in enumerate(found.committed)}
    edges = found.edges
    place = {}
    for key, order in orders.items():
        owners = [index.get(writer[key, v].id) if (key, v) in writer else None for v in order]
        place[key] = owners
        for n in range(1, len(owners)):
            before, after = owners[n - 1], owners[n]
            if before is not None and after is not None and before != after:
                edges.append(("ww", before, after, (key, order[n - 1], order[n])))
    for key, of_key in reads.items():
        order, owners = orders[key], place[key]
        for t, values in of_key:
            reader, n = index[t.id], len(values)
            if n > len(owners):
                continue  # the key's order is broken
            if n and owners[n - 1] is not None and owners[n - 1] != reader:
                edges.append(("wr", owners[n - 1], reader, (key, order[n - 1])))
            if n < len(owners) and owners[n] is not None and owners[n] != reader:
                edges.append(("rw", reader, owners[n], (key, order[n])))


def _tail(values, shown=8):
    return str(values) if len(values) <= shown else f"[... {str(values[-shown:])[1:]}"

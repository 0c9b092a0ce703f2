"""Histories whose rule is an invariant of the data: bank, unique inserts, counter.

Each function takes the transactions and gives (anomalies, figures). All end with reads that asked to be
fresh, made when no one wrote any more: without these nothing can be called lost.

A transaction of unknown outcome may have committed or not, but as a whole, and for good.
"""

from collections import Counter

from .lists import Anomaly


def bank(transactions, initial: dict):
    """Transfers keep the sum in every read; in the end each one is there whole, or not at all."""
    anomalies, total = [], sum(initial.values())
    for t, balances in _answers(transactions, "balances"):
        if sum(balances.values()) != total:
            anomalies.append(Anomaly("broken sum", f"T{t.id} read balances that add up to"
                                     f" {sum(balances.values())}, not {total}", (t,)))
    transfers = {op[1]: (t, op) for t in transactions for op in t.ops if op[0] == "transfer"}
    for t, ids in _answers(transactions, "transfers"):
        anomalies += _contents(t, ids, {i: made for i, (made, _) in transfers.items()}, "transfer")
        expected = dict(initial)
        for i in set(ids) & transfers.keys():
            _, _, payer, payee, amount = transfers[i][1]
            expected[payer] -= amount
            expected[payee] += amount
        for balances in (op[1] for op in t.ops if op[0] == "balances" and op[1] is not None):
            wrong = sorted(a for a in expected if balances.get(a) != expected[a])
            if wrong:
                anomalies.append(Anomaly("lost update", f"T{t.id} read balance {balances.get(wrong[0])} of"
                                         f" account {wrong[0]}, but the transfers that are there make it"
                                         f" {expected[wrong[0]]}", (t,)))
    return anomalies, {"transfers": len(transfers)}


def unique(transactions):
    """Of those who insert one key at most one succeeds; a row seen once is seen ever after."""
    anomalies, winner = [], {}
    tried = {(op[1], op[2]): t for t in transactions for op in t.ops if op[0] == "insert"}
    for (key, token), t in tried.items():
        if t.outcome != "ok":
            continue
        other = winner.setdefault(key, (t, token))
        if other[0] is not t:
            anomalies.append(Anomaly("duplicate", f"T{other[0].id} and T{t.id} both inserted {key}",
                                     (other[0], t)))
    by_key = {}
    for t, rows in _answers(transactions, "rows"):
        anomalies += _contents(t, [(k, v) for k, v in rows], tried, "row")
        for key, token in rows:
            first = by_key.setdefault(key, (token, t))
            if first[0] != token:
                anomalies.append(Anomaly("changed", f"T{first[1].id} read {first[0]} in {key}, T{t.id} read"
                                         f" {token}", (first[1], t)))
    anomalies += _growing(transactions, "rows", lambda rows: {tuple(row) for row in rows},
                          lambda small, large: small <= large, "rows")
    return anomalies, {"keys": len(winner)}


def counter(transactions):
    """Every acknowledged addition saw a value of its own, and counts once."""
    anomalies, saw = [], {}
    adders = [t for t in transactions if any(op[0] == "add" for op in t.ops)]
    for t in adders:
        for _, key, value in (op for op in t.ops if op[0] == "add" and t.outcome == "ok"):
            other = saw.setdefault((key, value), t)
            if other is not t:
                anomalies.append(Anomaly("lost update", f"T{other.id} and T{t.id} both raised {key} to"
                                         f" {value}", (other, t)))
    sure = Counter(op[1] for t in adders if t.outcome == "ok" for op in t.ops if op[0] == "add")
    maybe = Counter(op[1] for t in adders if t.outcome == "unknown" for op in t.ops if op[0] == "add")
    last = max((t.end for t in adders if t.end is not None), default=0)
    for t in transactions:
        for _, key, value in (op for op in t.ops if op[0] == "value" and op[2] is not None):
            least = sure[key] if t.fresh and t.outcome == "ok" and t.begin > last else 0
            if t.outcome == "ok" and not least <= value <= sure[key] + maybe[key]:
                kind = "lost" if value < least else "nowhere"
                anomalies.append(Anomaly(kind, f"T{t.id} read {value} in {key}; {sure[key]} additions were"
                                         f" acknowledged, {maybe[key]} more are unknown", (t,)))
    for key in {op[1] for t in transactions for op in t.ops if op[0] == "value"}:
        own = [_only(t, key) for t in transactions]
        anomalies += _growing([t for t in own if t], "value", lambda value: value, lambda a, b: a <= b, key)
    return anomalies, {"additions": sum(sure.values()), "unknown additions": sum(maybe.values())}


def _contents(reader, present, made, what):
    """What is there was asked for and not refused; all that was acknowledged before a fresh read is there."""
    found, count = [], Counter(present)
    for thing, times in count.items():
        if times > 1:
            found.append(Anomaly("duplicate", f"T{reader.id} read {what} {thing} {times} times", (reader,)))
        if thing not in made:
            found.append(Anomaly("nowhere", f"T{reader.id} read {what} {thing}, which nobody made",
                                 (reader,)))
        elif made[thing].outcome == "fail":
            found.append(Anomaly("G1a", f"T{reader.id} read {what} {thing} of T{made[thing].id}, which"
                                 " failed", (made[thing], reader)))
    for thing, t in made.items():
        visible = reader.fresh or reader.node == t.node
        if t.outcome == "ok" and visible and t.end < reader.begin and thing not in count:
            found.append(Anomaly("lost", f"T{t.id} made {what} {thing} and was acknowledged; T{reader.id}"
                                 " began later and did not read it", (t, reader)))
    return found


def _growing(transactions, kind, value_of, grows, what):
    """What a read showed, one that begins after its end on the same node, or fresh, shows as well."""
    found, newest = [], {}
    reads = [(t, value_of(answer)) for t, answer in _answers(transactions, kind)]
    events = sorted([(t.end, 0, n) for n, (t, _) in enumerate(reads)]
                    + [(t.begin, 1, n) for n, (t, _) in enumerate(reads)])
    for _, begins, n in events:
        t, value = reads[n]
        scopes = [t.node, "anywhere"]
        if begins:
            for scope in scopes if t.fresh else scopes[:1]:
                before = newest.get(scope)
                if before is not None and not grows(before[1], value):
                    found.append(Anomaly("went back", f"T{before[0].id} read {what} and ended; T{t.id} began"
                                         " later and read less", (before[0], t)))
        else:
            for scope in scopes:
                if scope not in newest or grows(newest[scope][1], value):
                    newest[scope] = (t, value)
    return found


def _answers(transactions, kind):
    for t in transactions:
        if t.outcome == "ok":
            for op in t.ops:
                if op[0] == kind and op[-1] is not None:
                    yield t, op[-1]


def _only(t, key):
    """The transaction with its reads of one counter."""
    ops = [op for op in t.ops if op[0] == "value" and op[1] == key]
    return type(t)(t.id, t.client, t.node, t.begin, t.end, t.outcome, ops, t.fresh) if ops else None

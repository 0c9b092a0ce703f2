"""Hand-written and simulated histories, for tests of the checkers.

  t("a x 1; r y 1 2", ...)     a: append to a key, r: read a list; one after the other unless told
"""

import random

from .history import Transaction


class Maker:
    """Gives ids and times: each transaction runs from tick n to n + 1 unless `at` says otherwise."""

    def __init__(self):
        self.transactions = []

    def __call__(self, text, outcome="ok", node=0, at=None, fresh=False):
        number = len(self.transactions) + 1
        begin, end = at or (2 * number, 2 * number + 1)
        ops = [_op(part.split()) for part in text.split(";")]
        end = None if outcome == "unknown" else end
        self.transactions.append(Transaction(number, number, node, begin, end, outcome, ops, fresh))
        return self.transactions[-1]

    def ops(self, ops, outcome="ok", node=0, at=None, fresh=False):
        t = self("r x", outcome, node, at, fresh)
        t.ops = ops
        return t


def _op(words):
    if words[0] == "a":
        return ["append", words[1], int(words[2])]
    return ["read", words[1], [int(word) for word in words[2:]]]


def simulated(count, seed, keys=8, open_max=6, bug=None):
    """`count` transactions as a correct snapshot-isolated database runs them, several open at a time, then a
    read of everything. bug: "lost update" does not look for concurrent writers; "stale" gives a snapshot
    that lacks the newest commit, "fork" one that lacks an older commit; "torn" commits half."""
    rng, made = random.Random(seed), Maker()
    versions = {f"k{n}": [] for n in range(keys)}  # key -> [(commit number, value)]
    names = list(versions)
    commits, clock, value, live = 0, 0, 0, []
    while len(made.transactions) < count:
        clock += 10
        if len(live) < open_max and rng.random() < 0.6:
            lacks = commits if bug == "stale" else commits - 1
            lacks = lacks if bug in ("stale", "fork") and rng.random() < 0.15 else None
            live.append({"begin": clock, "seen": commits, "lacks": lacks, "ops": [], "new": {},
                         "node": rng.randrange(2)})
            continue
        if not live:
            continue
        t = rng.choice(live)
        key = rng.choice(names)
        choice = rng.random()
        if choice < 0.4:
            seen = [v for n, v in versions[key] if n <= t["seen"] and n != t["lacks"]]
            t["ops"].append(["read", key, seen + t["new"].get(key, [])])
        elif choice < 0.75:
            value += 1
            t["ops"].append(["append", key, value])
            t["new"].setdefault(key, []).append(value)
        elif t["ops"]:
            live.remove(t)
            late = any(versions[k] and versions[k][-1][0] > t["seen"] for k in t["new"])
            ok = (not late or bug == "lost update") and rng.random() < 0.9
            if ok and t["new"]:
                commits += 1
                for k in list(t["new"])[:1 if bug == "torn" and rng.random() < 0.2 else None]:
                    versions[k] += [(commits, v) for v in t["new"][k]]
            made.ops(t["ops"], "ok" if ok else "fail", t["node"], (t["begin"], clock), True)
    reads = [["read", key, [v for _, v in history]] for key, history in versions.items()]
    made.ops(reads, at=(clock + 10, clock + 20), fresh=True)
    return made.transactions

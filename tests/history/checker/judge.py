"""The verdict on a history, and how it is told. Also a program:

  python3 -m checker.judge FILE [--fresh]        in tests/history

--fresh judges all reads as if they had asked to be fresh. Exit codes: 0 allowed, 1 not, 2 no history.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field

from . import graph, history, invariants, lists

_SHOWN_MAX = 5  # anomalies told in full
_OPS_SHOWN_MAX = 12


@dataclass
class Verdict:
    anomalies: list = field(default_factory=list)  # lists.Anomaly
    cycles: list = field(default_factory=list)  # graph.Cycle
    committed: list = field(default_factory=list)  # what the cycles' indices mean
    figures: dict = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.anomalies and not self.cycles

    def kinds(self) -> Counter:
        return Counter([a.kind for a in self.anomalies] + [c.kind for c in self.cycles])


def judge(recorded: history.History) -> Verdict:
    workload, transactions = recorded.header["workload"], recorded.transactions
    outcomes = Counter(t.outcome for t in transactions)
    verdict = Verdict(figures={"transactions": len(transactions), **outcomes})
    if workload == "bank":
        initial = {str(a): b for a, b in recorded.header["initial"].items()}
        verdict.anomalies, more = invariants.bank(transactions, initial)
    elif workload == "unique":
        verdict.anomalies, more = invariants.unique(transactions)
    elif workload == "counter":
        verdict.anomalies, more = invariants.counter(transactions)
    else:
        found = lists.infer(transactions)
        verdict.anomalies, verdict.committed = found.anomalies, found.committed
        verdict.cycles = graph.forbidden_cycles(found.committed, found.edges)
        more = {"edges": len(found.edges), "write skews": graph.write_skews(found.edges),
                "unread appends": found.unread}
    verdict.figures |= more
    return verdict


def explain(verdict: Verdict) -> list[str]:
    """Minimal failing histories, in words."""
    lines = []
    for anomaly in verdict.anomalies[:_SHOWN_MAX]:
        lines.append(f"{anomaly.kind}: {anomaly.text}")
        lines += [f"    {_line(t, anomaly.key and {anomaly.key})}" for t in anomaly.transactions]
    for cycle in verdict.cycles[:_SHOWN_MAX]:
        members = sorted(cycle.members())
        touched = {step.why[0] for step in cycle.steps if step.why}
        lines.append(f"{cycle.kind}: a cycle of {len(members)} transactions"
                     + (f", of a knot with {cycle.others} more" if cycle.others else ""))
        lines += [f"    {_line(verdict.committed[i], touched)}" for i in members]
        lines += [f"    {_step(verdict.committed, step)}" for step in cycle.steps]
    more = len(verdict.anomalies) + len(verdict.cycles) - 2 * _SHOWN_MAX
    if more > 0:
        lines.append(f"... and about {more} more; in all: {dict(verdict.kinds())}")
    return lines


def _line(t, keys=None) -> str:
    ops = [op for op in t.ops if keys is None or op[1] in keys]
    shown = "; ".join(_op(op) for op in ops[:_OPS_SHOWN_MAX]) + ("; ..." if len(ops) > _OPS_SHOWN_MAX else "")
    end = "never" if t.end is None else f"{t.end / 1e6:.3f}"
    return (f"T{t.id} {t.outcome}, client {t.client} on node {t.node + 1}, {t.begin / 1e6:.3f} to {end} ms"
            f"{', fresh' if t.fresh else ''}: {shown}")


def _op(op) -> str:
    def short(value):
        if isinstance(value, list) and len(value) > 6:
            return f"[{len(value)} values, the last {' '.join(map(str, value[-4:]))}]"
        return str(value)
    return " ".join([op[0], *map(short, op[1:])])


def _step(committed, step) -> str:
    a, b = committed[step.source], committed[step.target]
    if step.kind == "real":
        return f"T{a.id} had ended before T{b.id} began ({(b.begin - a.end) / 1e6:.3f} ms)"
    if step.kind == "ww":
        key, before, after = step.why
        return f"T{a.id} -> T{b.id}: in {key}, {after} comes right after {before} (ww)"
    key, value = step.why
    if step.kind == "wr":
        return f"T{a.id} -> T{b.id}: T{b.id} read {key} up to {value} (wr)"
    return f"T{a.id} -> T{b.id}: T{a.id} did not see {value}, which comes next in {key} (rw)"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--fresh", action="store_true")
    args = parser.parse_args()
    try:
        recorded = history.load(args.file)
    except (OSError, history.Malformed) as error:
        print(error, file=sys.stderr)
        return 2
    for t in recorded.transactions:
        t.fresh = t.fresh or args.fresh
    verdict = judge(recorded)
    print("\n".join(explain(verdict)))
    print(", ".join(f"{value} {what}" for what, value in verdict.figures.items()))
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a run of the demo proved: figures and failures, computed from the record of the run.

Pure: no I/O and no clock. All times are seconds on one monotonic clock.
"""
import collections

# A survivor takes at least every second row; beyond two intervals this much more is noise, not a
# stop.
GAP_SLACK_S = 1.0


class Outage:
    """One crash of one node. `back` is when it took a write again, None if it never did."""

    def __init__(self, node, killed, back, restarts):
        self.node, self.killed, self.back, self.restarts = node, killed, back, restarts


class Run:
    """The record of a run.

    events    the client's journal, a list of dicts (see insert_test.py)
    titles    every title the client was to insert
    found     node name -> list of titles read there at the end, repeats included
    nodes     names of the nodes that were to be crashed
    outages   list of Outage
    interval  the client's pause between rows, seconds
    exit_code the client's
    """

    def __init__(self, events, titles, found, nodes, outages, interval, exit_code):
        self.events, self.titles, self.found = events, titles, found
        self.nodes, self.outages = nodes, outages
        self.interval, self.exit_code = interval, exit_code


def longest_gap(times):
    return max((b - a for a, b in zip(times, times[1:])), default=0.0)


def survivor_gap(run, outage):
    """Longest time within the outage without an acknowledgement by another node, and their number."""
    acks = [e for e in run.events if e["event"] == "ack"]
    finished = max((e["t"] for e in acks), default=outage.killed)
    end = max(outage.killed, min(outage.back if outage.back is not None else finished, finished))
    inside = [e["t"] for e in acks
              if e["node"] != outage.node and outage.killed <= e["t"] <= end]
    return longest_gap([outage.killed, *inside, end]), len(inside)


def judge(run):
    """(figures, failures): a dict of numbers for people and programs, and one line per failure."""
    failures = []
    acks = [e for e in run.events if e["event"] == "ack"]
    acknowledged = {e["title"] for e in acks}
    if run.exit_code != 0:
        failures.append(f"the client ended with exit code {run.exit_code}")
    if acknowledged != set(run.titles):
        failures.append(f"{len(set(run.titles) - acknowledged)} rows were never acknowledged")

    lost, repeats, reference = 0, 0, None
    for name, titles in sorted(run.found.items()):
        counts = collections.Counter(titles)
        missing = sorted(set(run.titles) - set(counts))
        if missing:
            lost = max(lost, len(missing))
            failures.append(f"{name} lacks {len(missing)} titles, the first is '{missing[0]}'")
        repeats = max(repeats, sum(counts.values()) - len(counts))
        doubled = sorted(t for t, n in counts.items() if n > 1)
        if doubled:
            failures.append(f"{name} has {sum(counts.values())} rows instead of {len(run.titles)}: "
                            f"'{doubled[0]}' is there twice")
        if reference is None:
            reference = counts
        elif counts != reference:
            failures.append(f"{name} and {min(run.found)} differ")

    figures = {"rows": len(run.titles), "acknowledged": len(acknowledged), "lost": lost,
               "repeats": repeats, "longest_gap_s": longest_gap(sorted(e["t"] for e in acks)),
               "restarts": sum(o.restarts for o in run.outages), "outages": []}
    for name in run.nodes:
        if not any(o.node == name for o in run.outages):
            failures.append(f"{name} was not crashed")
    limit = 2 * run.interval + GAP_SLACK_S
    for outage in run.outages:
        gap, taken = survivor_gap(run, outage)
        figures["outages"].append({
            "node": outage.node, "restarts": outage.restarts, "survivor_gap_s": gap,
            "survivor_rows": taken,
            "back_s": None if outage.back is None else outage.back - outage.killed})
        if outage.back is None:
            failures.append(f"{outage.node} never accepted writes again")
        if outage.restarts < 1:
            failures.append(f"{outage.node} shows no restart after its crash")
        if gap > limit:
            failures.append(f"while {outage.node} was down the other acknowledged nothing for "
                            f"{gap:.2f} s (limit {limit:.2f} s)")
    return figures, failures


def describe(figures, failures):
    lines = ["", "Summary",
             f"  rows                     {figures['rows']}, acknowledged {figures['acknowledged']}",
             f"  lost                     {figures['lost']}",
             f"  repeats                  {figures['repeats']}",
             f"  longest gap between acknowledged inserts   {figures['longest_gap_s']:.2f} s",
             f"  restarts                 {figures['restarts']}"]
    for o in figures["outages"]:
        back = "never" if o["back_s"] is None else f"{o['back_s']:.2f} s later"
        lines.append(f"  {o['node']} crashed            accepted writes again {back}; meanwhile the "
                     f"other took {o['survivor_rows']} rows, longest gap {o['survivor_gap_s']:.2f} s")
    lines += [f"  FAILED: {f}" for f in failures] or ["  every row is on every node, once; nobody stopped"]
    return "\n".join(lines)

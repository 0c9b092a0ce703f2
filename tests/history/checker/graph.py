"""Cycles that (strong) snapshot isolation forbids.

Each committed transaction has two events, its start (the moment of its snapshot) and its commit. In a
history that snapshot isolation allows, all events have one order in which

  start(T) is before commit(T)
  ww, wr  A -> B: commit(A) is before start(B)    B saw A, or overwrote it; it may not have been concurrent
  rw      A -> B: start(A) is before commit(B)    A did not see B

and so has no cycle through these edges. A cycle leaves a start by an own edge or one rw edge, to a commit,
and that by a dependency: it never holds two rw edges in a row. What remains allowed are cycles of
transactions with two such: write skew, which is counted.

Real time adds edges, for what was acknowledged before another transaction began:
  real   commit(A) is before start(B), if B began on the node of A, or asked for fresh reads;
         commit(A) is before commit(B), if B wrote
"""

from collections import deque
from dataclasses import dataclass

_STARTS_MAX = 300  # of searches for the shortest cycle of one component
REAL = "real"


@dataclass
class Step:
    kind: str  # ww, wr, rw, real
    source: int  # transactions, by index
    target: int
    why: tuple = ()


@dataclass
class Cycle:
    kind: str
    steps: list
    others: int = 0  # further transactions of the same knot

    def members(self):
        return {step.source for step in self.steps} | {step.target for step in self.steps}


class Events:
    """The graph: event 2i is the start of transaction i, 2i + 1 its commit, later ones are moments."""

    def __init__(self, transactions, dependencies, real_time=True):
        self.transactions = transactions
        self.edges = [[] for _ in range(2 * len(transactions))]
        self.moments_from = len(self.edges)
        self.kinds = {}  # (from event, to event) -> (kind, why); own edges and moments are not in it
        for i in range(len(transactions)):
            self.edges[2 * i].append(2 * i + 1)
        for kind, a, b, why in dependencies:
            source, target = (2 * a, 2 * b + 1) if kind == "rw" else (2 * a + 1, 2 * b)
            self.edges[source].append(target)
            self.kinds.setdefault((source, target), (kind, why))
        if real_time:
            nodes = {t.node for t in transactions}
            for node in sorted(nodes):
                def here(t, node=node):
                    return t.node == node
                self._real_time(here, here, False)
            if len(nodes) > 1:
                self._real_time(lambda t: True, lambda t: t.fresh, False)
                self._real_time(lambda t: True, _wrote, True)

    def _real_time(self, before, after, to_commit):
        """A chain of moments: acknowledged transactions lead into it, those that began later out of it."""
        ends = sorted((t.end, i) for i, t in enumerate(self.transactions) if t.end is not None and before(t))
        begins = sorted((t.begin, i) for i, t in enumerate(self.transactions) if after(t))
        n, last = 0, None
        for begin, i in begins:
            if n < len(ends) and ends[n][0] < begin:
                moment = len(self.edges)
                self.edges.append([])
                if last is not None:
                    self.edges[last].append(moment)
                last = moment
                while n < len(ends) and ends[n][0] < begin:
                    self.edges[2 * ends[n][1] + 1].append(moment)
                    n += 1
            if last is not None:
                self.edges[last].append(2 * i + to_commit)


def _wrote(transaction):
    return any(op[0] == "append" for op in transaction.ops)


def forbidden_cycles(transactions, dependencies):
    """One shortest cycle for each knot of the graph; [] when snapshot isolation allows it all."""
    graph = Events(transactions, dependencies)
    if not _components(graph.edges):
        return []
    cycles, covered = [], set()
    # The plainest explanation first: a knot that writes alone make is not told as one of reads.
    for kinds, real_time in ((("ww",), False), (("ww", "wr"), False), (("ww", "wr", "rw"), False),
                             (("ww", "wr", "rw"), True)):
        chosen = [d for d in dependencies if d[0] in kinds]
        graph = Events(transactions, chosen, real_time)
        for component in _components(graph.edges):
            members = {event // 2 for event in component if event < graph.moments_from}
            if members & covered:
                continue
            cycle = _told(graph, _shortest(graph, component))
            covered |= members
            cycle.others = len(members) - len(cycle.members())
            cycles.append(cycle)
    return cycles


def write_skews(dependencies) -> int:
    """Pairs of transactions that each did not see the other, and both committed."""
    against = {(a, b) for kind, a, b, _ in dependencies if kind == "rw"}
    return sum(1 for a, b in against if a < b and (b, a) in against)


def _components(edges):
    """Strongly connected components of more than one event (Tarjan, without recursion)."""
    count = len(edges)
    number, low = [0] * count, [0] * count
    done, stack, found, clock = [False] * count, [], [], 0
    for root in range(count):
        if number[root]:
            continue
        clock += 1
        number[root] = low[root] = clock
        stack.append(root)
        work = [(root, iter(edges[root]))]
        while work:
            at, rest = work[-1]
            for to in rest:
                if not number[to]:
                    clock += 1
                    number[to] = low[to] = clock
                    stack.append(to)
                    work.append((to, iter(edges[to])))
                    break
                if not done[to] and number[to] < low[at]:
                    low[at] = number[to]
            else:
                work.pop()
                if work and low[at] < low[work[-1][0]]:
                    low[work[-1][0]] = low[at]
                if low[at] == number[at]:
                    component = []
                    while not done[at]:
                        component.append(stack.pop())
                        done[component[-1]] = True
                    if len(component) > 1:
                        found.append(component)
    return found


def _shortest(graph, component):
    """Events of a cycle of fewest steps within the component, first one repeated at the end."""
    inside, best, length_of_best = set(component), None, None
    starts = sorted(event for event in component if event < graph.moments_from)[:_STARTS_MAX]
    for start in starts:
        came, length, queue, done = {start: None}, {start: 0}, deque([start]), set()
        while queue:
            at = queue.popleft()
            if at in done:
                continue
            done.add(at)
            if best is not None and length[at] + 1 >= length_of_best:
                break
            if at != start and start in graph.edges[at]:
                best, length_of_best = [start], length[at] + 1
                while at is not None:
                    best.append(at)
                    at = came[at]
                best.reverse()
                break
            for to in graph.edges[at]:
                between = at >= graph.moments_from and to >= graph.moments_from  # no step, only time
                if to in inside and length[at] + (not between) < length.get(to, len(inside) + 1):
                    came[to], length[to] = at, length[at] + (not between)
                    queue.appendleft(to) if between else queue.append(to)
    return best


def _told(graph, events):
    """The cycle as steps between transactions."""
    steps, source = [], events[0]
    for at, to in zip(events, events[1:]):
        if to >= graph.moments_from:
            continue
        if at >= graph.moments_from:
            steps.append(Step(REAL, source // 2, to // 2))
        elif (at, to) in graph.kinds:
            steps.append(Step(graph.kinds[at, to][0], at // 2, to // 2, graph.kinds[at, to][1]))
        source = to
    return Cycle(_name([step.kind for step in steps]), steps)


def _name(kinds) -> str:
    rw = kinds.count("rw")
    if rw:
        name = "G-single" if rw == 1 else "long fork"
    else:
        name = "G1c" if "wr" in kinds else "G0"
    return name + ("-realtime" if REAL in kinds else "")

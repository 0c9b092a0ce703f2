"""One round: a workload on all nodes, faults under it, everything read at the end, and the verdict."""

import random
import subprocess
import time
from dataclasses import dataclass, field

from checker import history
from checker.judge import Verdict, explain, judge
from harness import differences, wait_same_seqno

from .clients import Client, Recorder, Session
from .workload import DATABASE

_FRESH = ("", "sync_wait", "", "regional")  # of a node's clients, in turn
_TAKES_WRITES_S = 180


@dataclass
class Settings:
    clients: int = 4  # per node
    transactions: int = 60  # acknowledged per node before, between and after faults
    faults: int = 2
    begin: str = "snapshot"
    fresh: tuple = _FRESH
    pause_s: float = 0.002


@dataclass
class Outcome:
    history: history.History
    verdict: Verdict
    problems: list = field(default_factory=list)  # what else is wrong, in words

    @property
    def ok(self) -> bool:
        return self.verdict.ok and not self.problems

    def told(self) -> list[str]:
        return self.problems + explain(self.verdict)


class Stuck(RuntimeError):
    """A node that should does not take writes."""


def run_round(cluster, faults, workload, fault: str, seed: str, settings: Settings) -> Outcome:
    rng = random.Random(seed)
    _make_tables(cluster, workload)
    recorder = Recorder()
    problems = []
    clients = [Client(_session(recorder, cluster, node, n, workload, settings), workload, rng.random(),
                      settings.pause_s)
               for node in range(len(cluster)) for n in range(settings.clients)]
    background = workload.background(cluster)
    for thread in (*clients, *background):
        thread.start()
    try:
        _wait_acknowledged(recorder, faults, settings.transactions)
        for _ in range(settings.faults):
            faults.strike(fault, rng)
            _wait_acknowledged(recorder, faults, settings.transactions)
    except (Stuck, TimeoutError) as error:
        problems.append(str(error))
    finally:
        for thread in (*clients, *background):
            thread.stop()
        for thread in (*clients, *background):
            thread.join()
    faults.settle()
    for node, server in enumerate(cluster.servers):
        last = Session(recorder, server, node, "sync_wait")
        t = last.run(workload.read_all)
        last.close()
        if t is None or t.outcome != "ok":
            problems.append(f"{server.name}: the last read failed: {recorder.errors}")
    problems += recorder.unexpected[:5] + differences(cluster.servers)
    recorded = history.History({"workload": workload.judged_as, "seed": seed, "fault": fault,
                                "errors": recorder.errors, **workload.header}, recorder.transactions)
    return Outcome(recorded, judge(recorded), problems)


def _session(recorder, cluster, node, n, workload, settings):
    return Session(recorder, cluster[node], node, settings.fresh[n % len(settings.fresh)], settings.begin,
                   workload.expected)


def _make_tables(cluster, workload):
    for statement in (f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}"):
        cluster[0].query(statement)
    with cluster[0].connect(database=DATABASE) as connection, connection.cursor() as cursor:
        for statement in workload.statements():
            cursor.execute(statement)
    wait_same_seqno(cluster.servers)


def _wait_acknowledged(recorder, faults, more):
    """Until every node has acknowledged so many more; servers that stop themselves are started again."""
    targets = [recorder.acknowledged(node) + more for node in range(len(faults.cluster))]
    end = time.monotonic() + _TAKES_WRITES_S
    for node, target in enumerate(targets):
        while (has := recorder.acknowledged(node)) < target:
            faults.revive()
            if time.monotonic() > end:
                server = faults.cluster[node]
                raise Stuck(f"{server.name} acknowledged {has - target + more} of {more} within"
                            f" {_TAKES_WRITES_S} s:\n{server.tail()}")
            time.sleep(0.05)


def revision() -> str:
    """Of the tree under test."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                          check=False, cwd=str(__file__).rpartition("/")[0])
    return done.stdout.strip() or "unknown"

"""Command line and verdict that all test programs share.

A program is `main("name", __doc__, run, add_flags)`; `run(args, workspace, report)` makes checks.
Exit code 0: all checks passed. 1: one failed, or an error. 2: wrong command line.
The last line reads `N passed, N failed`.
"""

import argparse
import signal
import sys
import time
import traceback

from .agents import AgentCluster
from .cluster import Cluster, Settings
from .media import GaleraMedium, VolumeMedium
from .workspace import Workspace


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self._start = time.monotonic()

    def check(self, claim: str, ok: bool, detail="") -> bool:
        """Records and prints one claim. `detail`: what was seen, shown on failure."""
        if ok:
            self.passed += 1
            print(f"ok    {claim}", flush=True)
        else:
            self.failed += 1
            if isinstance(detail, (list, tuple)):
                detail = "\n      ".join(map(str, detail[:30]))
            print(f"FAIL  {claim}: {detail}", flush=True)
        return bool(ok)

    def await_true(self, claim: str, condition, timeout_s: float = 120, not_yet=()) -> bool:
        """A claim that comes true in a while. `not_yet`: errors of the condition that only mean that. The bound
        is one for slow machines: nothing waits for it that works."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                seen = condition()
                if seen or time.monotonic() > end:
                    return self.check(claim, bool(seen), seen)
            except not_yet as error:
                if time.monotonic() > end:
                    return self.check(claim, False, error)
            time.sleep(0.05)

    def figure(self, what: str, value, unit: str = ""):
        shown = f"{value:.3f}" if isinstance(value, float) else str(value)
        print(f"      {what}: {shown} {unit}".rstrip(), flush=True)

    def note(self, text: str):
        print(f"      [{time.monotonic() - self._start:6.1f} s] {text}", flush=True)


def main(name: str, doc: str, run, add_flags=None):
    parser = argparse.ArgumentParser(prog=name, description=doc,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ci", action="store_true", help="a small run for continuous integration")
    parser.add_argument("--keep", action="store_true", help="keep the directory with all logs")
    parser.add_argument("--galera", action="store_true",
                        help="run over Galera instead (tries the harness; not every claim holds)")
    parser.add_argument("--agents", action="store_true",
                        help="run the cluster by `borealis up` and its agents, not directly")
    if add_flags:
        add_flags(parser)
    args = parser.parse_args()
    report = Report()
    failed = True
    workspace = Workspace(name, args.keep)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that cleanup runs
    try:
        run(args, workspace, report)
        failed = report.failed > 0
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    except Exception:
        report.failed += 1
        traceback.print_exc()
    finally:
        workspace.close(failed)
    print(f"{report.passed} passed, {report.failed} failed", flush=True)
    sys.exit(1 if failed else 0)


def make_cluster(args, workspace: Workspace, nodes: int, settings: Settings | None = None,
                 name: str = "n"):
    """A started cluster of the kind that the command line asks for. Agents choose their own settings."""
    if args.agents:
        return AgentCluster(workspace, nodes, name).start()
    medium = GaleraMedium() if args.galera else VolumeMedium(workspace.dir / f"volume-{name}")
    return Cluster(workspace, medium, nodes, settings, name).start()

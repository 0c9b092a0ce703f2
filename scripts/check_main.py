"""Checks the whole tree: lints, builds, unit tests, sanitizers, fuzzers, real servers, the demo.

  ./check                     all that a change has to pass
  ./check --full              everything there is, in full size; hours on two cores
  ./check --quick             lints, release build, unit tests; what to run before each commit
  ./check --only STEP         one step (may be given more than once); its builds are made first
  ./check --list              the steps, and what of them is in --full only

Every test counts as one: each case of a test program, each claim of a multi-process test, each
lint. Logs are in build/check-logs. The last line is `N passed, N failed`.
Exit codes: 0 all passed, 1 one failed or none ran, 2 bad usage.
"""
import argparse
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_steps  # noqa: E402
from check_tools import Context, elapsed  # noqa: E402

QUICK = ("format", "layering", "docs", "scripts", "tidy", "unit")


def parse():
    parser = argparse.ArgumentParser(prog="check", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true")
    size.add_argument("--full", action="store_true")
    parser.add_argument("--only", action="append", metavar="STEP", default=[])
    parser.add_argument("--skip", action="append", metavar="STEP", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--fuzz-seconds", type=int,
                        help="per fuzzer (default 10, with --full 120)")
    parser.add_argument("--sim-seeds", metavar="A..B",
                        help="of the step sim (default 1..400, with --full 1..20000)")
    args = parser.parse_args()
    unknown = [s for s in args.only + args.skip if s not in check_steps.STEPS]
    if unknown:
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(check_steps.STEPS)}")
    if args.fuzz_seconds is None:
        args.fuzz_seconds = 120 if args.full else 10
    if args.sim_seeds is None:
        args.sim_seeds = "1..20000" if args.full else "1..400"
    return args


def chosen(args):
    steps = args.only or (QUICK if args.quick else check_steps.STEPS)
    return [s for s in check_steps.STEPS if s in steps and s not in args.skip]


def print_steps():
    for name, step in check_steps.STEPS.items():
        first, *more = [line.strip() for line in step.__doc__.strip().splitlines()]
        print(f"{name:12} {first}")
        for line in more:
            print(f"{'':12} {line}")


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    args = parse()
    signal.signal(signal.SIGTERM, interrupt)  # as Ctrl-C: what runs is ended
    if args.list:
        print_steps()
        return 0
    context = Context(args)
    if "console" in chosen(args):
        context.begin_beside("console-packages", check_steps.CONSOLE_PACKAGES)
    for name in chosen(args):
        started = time.monotonic()
        print(f"[{elapsed()}] {name}", flush=True)
        context.begin(name)
        try:
            check_steps.STEPS[name](context)
        except KeyboardInterrupt:
            context.fail(name, "interrupted")
            break
        except Exception as e:  # a broken step is a failed one; the others still run
            context.fail(name, f"{type(e).__name__}: {e}")
        passed, failed, skipped = context.step_counts()
        print(f"[{elapsed()}] {name}: {passed} passed, {failed} failed"
              + (f", {skipped} skipped" if skipped else "")
              + f"   ({time.monotonic() - started:.0f} s)", flush=True)
    context.end_beside()
    if context.failures:
        print("\nFailed:")
        for failure in context.failures:
            print(f"  {failure}")
    print(f"{context.passed} passed, {context.failed} failed")
    return 1 if context.failed or not context.passed else 0


if __name__ == "__main__":
    sys.exit(main())

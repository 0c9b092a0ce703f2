"""Tools of ./check: counting, running a command with its output in a log, builds made once."""
import os
import re
import subprocess
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
LOGS = os.path.join(ROOT, "build/check-logs")
STARTED = float(os.environ.get("BOREALIS_STARTED", time.time()))
TAIL_LINES = 40
HEARTBEAT_S = 30


def elapsed():
    seconds = int(time.time() - STARTED)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


class Context:
    """Counts of the whole check, and what the steps share. Used by one thread."""

    def __init__(self, args):
        self.args = args
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        self._before = (0, 0, 0)
        self._step = ""
        self._built = {}
        self._beside = {}
        os.makedirs(LOGS, exist_ok=True)

    def begin(self, step):
        self._step, self._before = step, (self.passed, self.failed, self.skipped)

    def step_counts(self):
        now = (self.passed, self.failed, self.skipped)
        return tuple(n - b for n, b in zip(now, self._before))

    def add(self, passed, failures, skipped=0):
        """`failures`: one line for each failed test."""
        self.passed += passed
        self.skipped += skipped
        for line in failures:
            self.fail(self._step, line)

    def fail(self, where, line):
        self.failed += 1
        self.failures.append(f"{where}: {line}")
        print(f"  FAILED {line}", flush=True)

    def log_path(self, name):
        return os.path.join(LOGS, f"{name}.log")

    def run(self, name, command, env=None, show_tail=True):
        """Exit code of `command`, its output in the log `name`; the end of it shown on failure."""
        path = self.log_path(name)
        process = self._beside.pop(name, None) or self._start(name, command, env)
        code = None
        while code is None:
            try:
                code = process.wait(HEARTBEAT_S)
            except subprocess.TimeoutExpired:
                print(f"[{elapsed()}]   {name}: {last_line(path)}", flush=True)
            except BaseException:
                process.terminate()
                process.wait()
                raise
        if code != 0 and show_tail:
            print(f"  {' '.join(map(str, command))[:200]} ended with {code}; "
                  f"the end of {os.path.relpath(path, ROOT)}:")
            print("\n".join("  | " + line for line in tail(path)), flush=True)
        return code

    def begin_beside(self, name, command):
        """Starts a command that is run() later under the same name: one that waits more than it works."""
        self._beside[name] = self._start(name, command)

    def end_beside(self):
        """Those that were not waited for end."""
        for process in self._beside.values():
            process.terminate()
            process.wait()

    def _start(self, name, command, env=None):
        with open(self.log_path(name), "w", encoding="utf-8") as log:
            return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})

    def lint(self, name, command):
        """One command, one test."""
        code = self.run(name, command)
        self.add(int(code == 0), [] if code == 0 else [f"{name} (exit code {code})"])

    def configure(self, preset):
        """Configures build/PRESET once; False (and one failure) when CMake refuses."""
        if preset not in self._built:
            once = preset == "release" and not os.path.exists(
                os.path.join(ROOT, f"build/{preset}/CMakeCache.txt"))
            together = ["-DBOREALIS_UNITY=ON"] if once else []
            ok = self.run(f"configure-{preset}", ["cmake", "--preset", preset, *together]) == 0
            self._built[preset] = ok
            if not ok:
                self.add(0, [f"cmake --preset {preset}"])
        return self._built[preset]

    def build(self, preset, targets=()):
        """Builds targets (default all) of a preset once. Returns success; a failure counts as one."""
        key = (preset, tuple(targets))
        if key not in self._built:
            ok = self.configure(preset)
            if ok:
                print(f"[{elapsed()}]   building {preset}", flush=True)
                # -k 0: one look at everything that is broken.
                ok = self.run(f"build-{preset}",
                              ["ninja", "-k", "0", "-j", str(self.args.jobs), "-C",
                               f"build/{preset}", *targets]) == 0
                if not ok:
                    self.add(0, [f"build of {preset}"])
            self._built[key] = ok
        return self._built[key]

    def executables(self, preset, pattern):
        """Names of the executables of a configured preset that match the whole pattern."""
        listed = subprocess.run(["ninja", "-C", f"build/{preset}", "-t", "targets", "all"],
                                cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = re.findall(r"^bin/(\w+): CXX_EXECUTABLE_LINKER", listed, re.M)
        return sorted(n for n in set(names) if re.fullmatch(pattern, n))


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return [line[:300] for line in f.read().rstrip().split("\n")[-TAIL_LINES:]]


def last_line(path):
    return tail(path)[-1][:110]



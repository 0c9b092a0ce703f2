"""The steps of ./check, in their order. Each takes the Context and adds its counts to it."""
import concurrent.futures
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from check_tools import LOGS, ROOT

# Unit tests that ThreadSanitizer looks at in a normal check: where threads meet.
TSAN_SLICE = r"(local_backend|local_process|log_local|memory_volume|replication|replicator)_test"
LONG_TESTS = ("sim_bugs_test", "certifier_property_test", "log_fault_test")  # begun first
TIDY_SLICE_FILES = 8
PRODUCT = ("bin/borealis", "lib/libborealis_provider.so", "lib/libborealis_plugin.so")
TEST_CLIENTS = ("bin/prefix_probe", "share/man/man1/borealis.1")  # what tests look at, too
CONSOLE_PACKAGES = ("console/tools/packages",)
DEMO_ADDRESSES = ("127.0.0.11", "127.0.0.12")


def step_format(context):
    """clang-format over every C++ file"""
    context.lint("format", ["scripts/check-format"])


def step_layering(context):
    """one-way dependencies, and the proof that this check can fail"""
    context.lint("layering", ["scripts/check-layering"])
    context.lint("layering-self-test", ["scripts/check-layering", "--self-test"])


def step_docs(context):
    """links and file names in the documents"""
    context.lint("docs", ["scripts/check-docs"])


def step_scripts(context):
    """syntax of the shell scripts; unit tests of the Python ones"""
    listed = subprocess.run(["git", "ls-files", "-c", "-o", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split("\n")
    scripts = []
    for path in filter(None, listed):
        full = os.path.join(ROOT, path)
        if os.path.isfile(full) and not path.endswith((".md", ".cc", ".h")):
            with open(full, "rb") as f:
                if path.endswith(".sh") or f.read(20).startswith((b"#!/bin/bash", b"#!/bin/sh")):
                    scripts.append(path)
    context.lint("shell-syntax", ["bash", "-c", 'for f; do bash -n "$f" || exit 1; done', "-",
                                  *scripts])
    for path in sorted(glob.glob(os.path.join(ROOT, "*", "test_*.py"))
                       + glob.glob(os.path.join(ROOT, "tests", "*", "**", "test_*.py"),
                                   recursive=True)):
        python_tests(context, path)


def python_tests(context, path):
    name = os.path.relpath(path, ROOT).replace("/", "-")
    context.run(name, [sys.executable, path, "-v"])
    passed, failures, skipped = 0, [], 0
    with open(context.log_path(name), encoding="utf-8") as f:
        for line in f:
            if line.rstrip().endswith("... ok"):
                passed += 1
            elif "... skipped" in line:
                skipped += 1
            elif line.startswith(("FAIL: ", "ERROR: ")):
                failures.append(f"{os.path.relpath(path, ROOT)}: {line.split()[1]}")
    if not passed and not failures:
        failures.append(f"{os.path.relpath(path, ROOT)}: no test ran")
    context.add(passed, failures, skipped)


def step_unit(context):
    """every unit test, in the build that is shipped (g++; CHECKs stay on)"""
    context.build("release")  # a part that does not build has failed; the rest is tested all the same
    report = os.path.join(LOGS, "unit.xml")
    if os.path.exists(report):
        os.remove(report)
    context.run("unit", ["ctest", "--test-dir", "build/release", "-j", str(context.args.jobs),
                         "--output-on-failure", "--output-junit", report], show_tail=False)
    if not os.path.exists(report):
        raise RuntimeError(f"ctest wrote no report; see {context.log_path('unit')}")
    passed, failures, skipped = 0, [], 0
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") == "run":
            passed += 1
        elif case.get("status") == "fail":
            failures.append(case.get("name"))
            print(f"  {case.get('name')}:")
            output = (case.findtext("system-out") or "").rstrip().split("\n")[-25:]
            print("\n".join("  | " + line for line in output))
        elif case.find("skipped") is not None and "NOT_BUILT" not in case.get("name"):
            skipped += 1
        else:
            failures.append(f"{case.get('name')} did not run")
    context.add(passed, failures, skipped)


def step_tidy(context):
    """clang-tidy over what the last commit touched and a few more files, others in each commit
    --full: over every file"""
    if context.configure("asan"):  # the build that has the fuzzers, too
        command = ["scripts/check-tidy", "--jobs", str(context.args.jobs)]
        if context.args.quick:
            command += ["--changed"]
        elif not context.args.full:
            command += ["--slice", str(TIDY_SLICE_FILES)]
        context.lint("tidy", command)


def gtest_program(context, preset, name):
    """Runs one test program whole; (passed, failures, skipped)."""
    report = os.path.join(LOGS, f"{preset}-{name}.json")
    if os.path.exists(report):
        os.remove(report)
    code = context.run(f"{preset}-{name}",
                       [f"build/{preset}/bin/{name}", f"--gtest_output=json:{report}"],
                       env={"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
                            "ASAN_OPTIONS": "detect_leaks=1",
                            "UBSAN_OPTIONS": "print_stacktrace=1"})
    if not os.path.exists(report):
        return 0, [f"{name} died (exit code {code})"], 0
    with open(report, encoding="utf-8") as f:
        suites = json.load(f)["testsuites"]
    passed, failures, skipped = 0, [], 0
    for case in (c for suite in suites for c in suite["testsuite"]):
        if case.get("failures"):
            failures.append(f"{name}: {case['classname']}.{case['name']}")
        elif case["result"] == "COMPLETED" and case["status"] == "RUN":
            passed += 1
        else:
            skipped += 1
    if code != 0 and not failures:  # such as a leak found at exit
        failures.append(f"{name} ended with exit code {code}")
    return passed, failures, skipped


def sanitized(context, preset, pattern):
    if not context.configure(preset):
        return
    names = context.executables(preset, pattern)
    if not names:
        raise RuntimeError("no unit test belongs to this slice")
    context.build(preset, names)
    names = [n for n in names if os.path.exists(os.path.join(ROOT, f"build/{preset}/bin/{n}"))]
    names.sort(key=lambda n: n not in LONG_TESTS)
    with concurrent.futures.ThreadPoolExecutor(context.args.jobs) as pool:
        for result in pool.map(lambda n: gtest_program(context, preset, n), names):
            context.add(*result)


def step_asan(context):
    """every unit test under AddressSanitizer and UBSan, by clang with its thread-safety analysis"""
    sanitized(context, "asan", r"\w+_test")


def step_tsan(context):
    """the unit tests with the most threads under ThreadSanitizer
    --full: every unit test"""
    sanitized(context, "tsan", r"\w+_test" if context.args.full else TSAN_SLICE)


def step_sim(context):
    """the simulator, release build: its own test, then many seeds (--sim-seeds)"""
    if context.build("release", ("sim", "sim_test")):
        context.add(*gtest_program(context, "release", "sim_test"))
        context.lint("sim", ["build/release/bin/sim", "--seeds", context.args.sim_seeds])


def step_fuzz(context):
    """each decoder's fuzzer for 10 seconds
    --full: for two minutes (--fuzz-seconds), in an optimized build"""
    preset = "fuzz" if context.args.full else "asan"  # asan: its libraries are built anyway
    if not context.configure(preset):
        return
    names = context.executables(preset, r"\w+_fuzz")
    if not names:
        raise RuntimeError("there are no fuzzers")
    bare = [n for n in names if not os.path.isdir(os.path.join(ROOT, "fuzz/corpus", n))]
    context.add(0, [f"{n} has no seeds in fuzz/corpus" for n in bare])
    if not context.build(preset, names):
        return
    artifacts = os.path.join(ROOT, "build/fuzz-artifacts/")
    os.makedirs(artifacts, exist_ok=True)

    def fuzz(name):
        found = os.path.join(ROOT, "build/fuzz-corpus", name)
        os.makedirs(found, exist_ok=True)
        given = os.path.join(ROOT, "fuzz/corpus", name)
        return context.run(name, [f"build/{preset}/bin/{name}", found,
                                  *([given] if os.path.isdir(given) else []),
                                  f"-max_total_time={context.args.fuzz_seconds}",
                                  "-rss_limit_mb=2048", "-timeout=10",
                                  f"-artifact_prefix={artifacts}{name}-"])

    with concurrent.futures.ThreadPoolExecutor(context.args.jobs) as pool:
        for name, code in zip(names, pool.map(fuzz, names)):
            context.add(int(code == 0), [] if code == 0 else [f"{name} (input: {artifacts})"])


def step_integration(context):
    """real servers: SQL, conflicts, crashes; several tests at a time
    --full: in full size"""
    if not context.build("release", PRODUCT + TEST_CLIENTS):
        return
    report = os.path.join(LOGS, "integration.json")
    if os.path.exists(report):
        os.remove(report)
    size = ["--full"] if context.args.full else []
    code = context.run("integration", ["tests/run", "--json", report, *size], show_tail=False)
    with open(context.log_path("integration"), encoding="utf-8") as f:
        print("".join("  " + line for line in f.readlines()[:-1]), end="", flush=True)
    if not os.path.exists(report):
        raise RuntimeError(f"tests/run ended with {code} and wrote no counts")
    with open(report, encoding="utf-8") as f:
        counts = json.load(f)
    context.add(counts["passed"], counts["failures"], counts["skipped"])
    if code != 0 and not counts["failures"]:
        raise RuntimeError(f"tests/run ended with {code}")


def step_console(context):
    """the web console: packages, types, unit tests, bundle; then its story in a browser, on real servers
    --full: what else one does with clusters, every page and dialog, a first load, a large table"""
    console = os.path.join(ROOT, "console")
    code = context.run("console-packages", CONSOLE_PACKAGES)
    context.add(int(code == 0), [] if code == 0 else [f"npm ci (exit code {code})"])
    if code != 0:
        return
    report = os.path.join(LOGS, "console-unit.json")
    if os.path.exists(report):
        os.remove(report)
    context.run("console-unit", ["npm", "--prefix", console, "test", "--", "--root", console,
                                 "--reporter=json", f"--outputFile={report}"])
    if not os.path.exists(report):
        raise RuntimeError(f"vitest wrote no report; see {context.log_path('console-unit')}")
    with open(report, encoding="utf-8") as f:
        cases = [case for suite in json.load(f)["testResults"] for case in suite["assertionResults"]]
    context.add(sum(c["status"] == "passed" for c in cases),
                [f"console: {c['fullName']}" for c in cases if c["status"] == "failed"])
    context.lint("console-bundle", ["npm", "--prefix", console, "run", "build"])
    if context.build("release", PRODUCT):
        claims(context, "console-browser", ["console/test/browser", *([] if context.args.full else ["--ci"])])


def claims(context, name, command):
    """A program that makes claims and ends with `N passed, N failed`."""
    code = context.run(name, command)
    with open(context.log_path(name), encoding="utf-8") as f:
        lines = f.read().splitlines()
    failures = [line.removeprefix("FAIL ").strip()[:160] for line in lines if line.startswith("FAIL ")]
    passed = sum(line.startswith("ok ") for line in lines)
    if code != 0 and not failures:
        failures = [f"{name} (exit code {code})"]
    context.add(passed, failures)


def free_port():
    """A port that is free on every address of the demo's cluster."""
    for port in range(23306, 23406):
        try:
            for address in DEMO_ADDRESSES:
                with socket.socket() as probe:
                    probe.bind((address, port))
            return port
        except OSError:
            continue
    raise RuntimeError("no port from 23306 to 23405 is free on 127.0.0.11 and 127.0.0.12")


def step_demo(context):
    """the demo, unattended, on a cluster of its own: each node crashed once, nothing lost, nothing twice"""
    if not context.build("release", PRODUCT):
        return
    folder = tempfile.mkdtemp(prefix="borealis-check-")
    os.chmod(folder, 0o755)  # root's servers run as mysql
    place = ["--volume", os.path.join(folder, "volume")]
    binary = os.path.join(ROOT, "build/release/bin/borealis")
    try:
        code = context.run("demo-up", [binary, "up", "--writers", "2", "--port", str(free_port()),
                                       "--user", "admin", *place],
                           env={"BOREALIS_PASSWORD": "cloudacademy"})
        if code == 0:
            code = context.run("demo", ["demo/run", "--unattended", *place],
                               env={"BOREALIS_BIN": binary})
    finally:
        down = context.run("demo-down", [binary, "down", *place])
    context.add(int(code == 0), [] if code == 0 else [f"demo (exit code {code})"])
    context.add(int(down == 0), [] if down == 0 else [f"borealis down (exit code {down})"])
    if code == 0 and down == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"  kept: {folder}")


STEPS = {name.removeprefix("step_"): step for name, step in list(globals().items())
         if name.startswith("step_")}

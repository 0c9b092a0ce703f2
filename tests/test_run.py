#!/usr/bin/python3
"""Claims of tests/run: a test passes only by passing, and leaves nothing behind."""
import argparse
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
LOADER = importlib.machinery.SourceFileLoader("tests_run", os.path.join(HERE, "run"))
runner = importlib.util.module_from_spec(importlib.util.spec_from_loader("tests_run", LOADER))
LOADER.exec_module(runner)


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        runner.LOGS = self.folder.name

    def tearDown(self):
        self.folder.cleanup()

    def result(self, body, timeout=20, sanitized=False):
        path = os.path.join(self.folder.name, "test")
        with open(path, "w", encoding="utf-8") as f:
            f.write("#!/bin/bash\n" + body)
        os.chmod(path, 0o755)
        args = argparse.Namespace(build=self.folder.name, full=False, timeout=timeout, sanitized=sanitized)
        return runner.run_test("test", path, args)

    def counts(self, *args, **named):
        result = self.result(*args, **named)
        return result.passed, result.failed, result.skipped

    def test_what_a_sanitizer_found_in_a_server_fails_the_test(self):
        kept, runner.sanitized = runner.sanitized, lambda findings: {"BOREALIS_SANITIZER_LOG": findings}
        self.addCleanup(setattr, runner, "sanitized", kept)
        self.assertEqual(self.result("echo 1 passed, 0 failed", sanitized=True).failed, 0)
        found = self.result('echo bad > "$BOREALIS_SANITIZER_LOG.17"; echo 1 passed, 0 failed', sanitized=True)
        self.assertEqual(found.failed, 1)
        self.assertIn("findings", found.reason)

    def test_exit_code_decides_without_a_verdict_line(self):
        self.assertEqual(self.counts("exit 0"), (1, 0, 0))
        self.assertEqual(self.counts("exit 3"), (0, 1, 0))
        self.assertEqual(self.counts("exit 77"), (0, 0, 1))

    def test_claims_of_the_verdict_line_count(self):
        self.assertEqual(self.counts("echo 7 passed, 0 failed"), (7, 0, 0))
        self.assertEqual(self.counts("echo 7 passed, 2 failed; exit 1"), (7, 2, 0))

    def test_no_claim_or_a_bad_exit_is_a_failure_whatever_the_line_says(self):
        self.assertEqual(self.counts("echo 0 passed, 0 failed"), (0, 1, 0))
        self.assertEqual(self.counts("echo 5 passed, 0 failed; exit 1"), (5, 1, 0))
        self.assertEqual(self.counts("echo 5 passed, 1 failed"), (5, 1, 0))

    def test_a_process_left_behind_fails_the_test_and_is_ended(self):
        result = self.result("setsid sleep 300 & echo 1 passed, 0 failed")
        self.assertEqual(result.failed, 1)
        self.assertIn("left processes behind: ", result.reason)

    def test_a_test_that_hangs_is_ended_with_all_that_it_started(self):
        result = self.result("setsid sleep 301 & trap '' TERM; wait", timeout=0.5)
        self.assertEqual((result.failed, result.reason), (1, "ran out of time"))

    def test_a_signal_ends_what_runs_and_begins_nothing_more(self):
        self.addCleanup(runner.STOP.clear)
        threading.Thread(target=self.stop_when_it_runs).start()
        result = self.result("setsid sleep 302 & echo 1 passed, 0 failed; sleep 303")
        self.assertEqual((result.failed, result.reason), (1, "stopped"))
        self.assertEqual(self.result("exit 0").reason, "stopped before it began")

    def stop_when_it_runs(self):
        log = os.path.join(self.folder.name, "test.log")
        for _ in range(6000):
            if os.path.exists(log) and os.path.getsize(log):
                break
            time.sleep(0.01)
        runner.STOP.set()

    def test_names_that_do_not_exist_are_refused(self):
        done = subprocess.run([os.path.join(HERE, "run"), "no_such_test"], capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    runner.END_TIMEOUT_S = 1
    unittest.main()

#!/usr/bin/python3
"""Claims of verdict.py: a good run passes, and every way to go wrong is told."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from verdict import Outage, Run, judge, describe  # noqa: E402

TITLES = [f"Course {i:03d}" for i in range(40)]


def good_run():
    """40 rows, one each 0.5 s; node1 is down from 5 to 7 s, node2 from 12 to 14 s."""
    outages = [Outage("node1", 5.0, 7.0, 1), Outage("node2", 12.0, 14.0, 1)]
    events = []
    for i, title in enumerate(TITLES):
        t = 0.5 * i + 0.01
        node = "node1" if i % 2 == 0 else "node2"
        for outage in outages:
            if node == outage.node and outage.killed <= t <= outage.back:
                events.append({"event": "error", "t": t, "node": node, "title": title})
                node = "node2" if node == "node1" else "node1"
        events.append({"event": "ack", "t": t, "node": node, "title": title})
    found = {"node1": list(TITLES), "node2": list(TITLES)}
    return Run(events, TITLES, found, ["node1", "node2"], outages, 0.5, 0)


class VerdictTest(unittest.TestCase):
    def failures(self, run):
        return "\n".join(judge(run)[1])

    def test_good_run_passes_with_its_figures(self):
        figures, failures = judge(good_run())
        self.assertEqual(failures, [])
        self.assertEqual((figures["lost"], figures["repeats"], figures["restarts"]), (0, 0, 2))
        self.assertAlmostEqual(figures["longest_gap_s"], 0.5)
        self.assertAlmostEqual(figures["outages"][0]["back_s"], 2.0)
        self.assertEqual(figures["outages"][0]["survivor_rows"], 4)
        self.assertIn("nobody stopped", describe(figures, failures))

    def test_missing_title_on_one_node_fails(self):
        run = good_run()
        run.found["node2"].remove("Course 007")
        self.assertIn("node2 lacks 1 titles, the first is 'Course 007'", self.failures(run))
        self.assertEqual(judge(run)[0]["lost"], 1)

    def test_repeat_fails_also_after_a_failed_attempt(self):
        for title in ("Course 000", next(e["title"] for e in good_run().events
                                         if e["event"] == "error")):
            run = good_run()
            for titles in run.found.values():
                titles.append(title)
            self.assertEqual(judge(run)[0]["repeats"], 1)
            self.assertIn(f"41 rows instead of 40: '{title}' is there twice", self.failures(run))

    def test_nodes_that_differ_fail(self):
        run = good_run()
        run.found["node1"].append("Course 010")
        self.assertIn("differ", self.failures(run))

    def test_node_not_crashed_fails(self):
        run = good_run()
        run.outages.pop()
        self.assertIn("node2 was not crashed", self.failures(run))

    def test_node_that_never_came_back_fails(self):
        run = good_run()
        run.outages[1].back = None
        self.assertIn("node2 never accepted writes again", self.failures(run))

    def test_crash_without_a_restart_fails(self):
        run = good_run()
        run.outages[0].restarts = 0
        self.assertIn("node1 shows no restart", self.failures(run))

    def test_survivor_that_stopped_fails(self):
        run = good_run()
        run.events = [e for e in run.events
                      if not (e["event"] == "ack" and e["node"] == "node2" and 5.0 < e["t"] < 9.2)]
        run.outages[0].back = 9.0
        self.assertIn("while node1 was down the other acknowledged nothing", self.failures(run))

    def test_unacknowledged_row_and_client_failure_fail(self):
        run = good_run()
        run.events = [e for e in run.events if e.get("title") != "Course 039"]
        run.exit_code = 1
        self.assertIn("1 rows were never acknowledged", self.failures(run))
        self.assertIn("exit code 1", self.failures(run))


if __name__ == "__main__":
    unittest.main()

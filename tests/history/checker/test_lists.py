#!/usr/bin/python3
"""Claims of lists.py and graph.py: every anomaly is named, and what is allowed is not."""
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checker import made  # noqa: E402
from checker.history import History  # noqa: E402
from checker.judge import explain, judge  # noqa: E402

_LARGE = 40_000  # transactions
_LARGE_S_MAX = 24


class ListsTest(unittest.TestCase):
    def setUp(self):
        self.t = made.Maker()

    def verdict(self):
        return judge(History({"workload": "list-append"}, self.t.transactions))

    def assert_kinds(self, *kinds):
        verdict = self.verdict()
        self.assertEqual(sorted(verdict.kinds().elements()), sorted(kinds), "\n".join(explain(verdict)))

    def test_a_serial_history_is_allowed(self):
        self.t("a x 1; r x 1")
        self.t("r x 1; a x 2; a y 3")
        self.t("r x 1 2; r y 3", fresh=True, node=1)
        self.assert_kinds()

    def test_writes_in_opposite_orders_are_g0(self):
        self.t("a x 1; a y 2", at=(1, 10))
        self.t("a x 3; a y 4", at=(1, 10))
        self.t("r x 1 3; r y 4 2")
        self.assert_kinds("G0")

    def test_a_value_of_a_failed_transaction_is_g1a(self):
        self.t("a x 1", "fail")
        self.t("r x 1")
        self.assert_kinds("G1a")

    def test_a_list_that_ends_within_a_transaction_is_g1b(self):
        self.t("a x 1; a x 2", at=(1, 10))
        self.t("r x 1", at=(1, 10))
        self.t("r x 1 2")
        self.assertIn("G1b", self.verdict().kinds())

    def test_two_that_saw_each_other_are_g1c(self):
        self.t("a x 1; r y 2", at=(1, 10))
        self.t("a y 2; r x 1", at=(1, 10))
        self.t("r x 1; r y 2")
        self.assert_kinds("G1c")

    def test_a_lost_update_is_g_single(self):
        self.t("r x 1; a x 2", at=(4, 10))
        self.t("a x 1", at=(1, 2))
        self.t("r x 1; a x 3", at=(4, 10))
        self.t("r x 1 2 3")
        self.assert_kinds("G-single")

    def test_a_fractured_read_is_g_single(self):
        self.t("a x 1; a y 2", at=(1, 10))
        self.t("r x 1; r y", at=(1, 10))
        self.t("r x 1; r y 2")
        self.assert_kinds("G-single")

    def test_readers_that_disagree_about_the_order_are_a_long_fork(self):
        self.t("a x 1", at=(1, 10))
        self.t("a y 2", at=(1, 10))
        self.t("r x 1; r y", at=(1, 10))
        self.t("r x; r y 2", at=(1, 10))
        self.t("r x 1; r y 2")
        self.assert_kinds("long fork")

    def test_write_skew_is_counted_and_allowed(self):
        self.t("r x; a y 1", at=(1, 10))
        self.t("r y; a x 2", at=(1, 10))
        self.t("r x 2; r y 1")
        self.assert_kinds()
        self.assertEqual(self.verdict().figures["write skews"], 1)

    def test_a_stale_read_on_the_node_of_the_commit_is_forbidden(self):
        self.t("a x 1")
        self.t("r x")
        self.t("r x 1")
        self.assert_kinds("G-single-realtime")

    def test_a_stale_read_on_another_node_is_allowed_unless_fresh(self):
        self.t("a x 1")
        stale = self.t("r x", node=1)
        self.t("r x 1")
        self.assert_kinds()
        stale.fresh = True
        self.assert_kinds("G-single-realtime")

    def test_what_was_under_way_may_be_seen_or_not(self):
        self.t("a x 1", at=(1, 10))
        self.t("r x", at=(2, 3), node=1, fresh=True)
        self.t("r x 1", at=(11, 12))
        self.assert_kinds()

    def test_commits_on_two_nodes_keep_real_time(self):
        self.t("a x 1", at=(1, 2))
        self.t("a y 2", at=(3, 4), node=1)
        self.t("r x; r y 2", at=(3, 9), node=2)
        self.t("r x 1; r y 2", fresh=True)
        self.assert_kinds("G-single-realtime")

    def test_an_acknowledged_append_that_nobody_reads_is_lost(self):
        self.t("a x 1")
        self.t("a x 2")
        self.t("r x 2", fresh=True)
        self.assert_kinds("lost")

    def test_nothing_is_lost_before_a_fresh_read(self):
        self.t("a x 1")
        self.t("r x", node=1)
        self.assert_kinds()
        self.assertEqual(self.verdict().figures["unread appends"], 1)

    def test_an_unknown_one_may_be_there_or_not(self):
        self.t("a x 1", "unknown")
        self.t("a x 2", "unknown")
        self.t("r x 2", fresh=True)
        self.assert_kinds()

    def test_an_unknown_one_is_not_there_by_half(self):
        self.t("a x 1; a y 2", "unknown")
        self.t("r x 1; r y", fresh=True)
        self.t("r x 1; r y 2", fresh=True)
        self.assert_kinds("G-single")

    def test_a_value_twice_is_a_duplicate(self):
        self.t("a x 1")
        self.t("r x 1 1")
        self.assert_kinds("duplicate")

    def test_a_value_from_nowhere(self):
        self.t("a x 1")
        self.t("r x 1 7")
        self.assert_kinds("nowhere")

    def test_two_orders_of_one_list_are_a_fork(self):
        self.t("a x 1", at=(1, 10))
        self.t("a x 2", at=(1, 10))
        self.t("r x 1 2")
        self.t("r x 2", node=1)
        self.assert_kinds("fork")

    def test_a_transaction_sees_its_own_appends(self):
        self.t("a x 1; r x")
        self.t("r x 1")
        self.assertIn("internal", self.verdict().kinds())

    def test_a_transaction_reads_the_same_twice(self):
        self.t("a x 1", at=(1, 3))
        self.t("r x; r x 1", at=(2, 4), node=1)
        self.assertIn("internal", self.verdict().kinds())

    def test_the_explanation_names_those_of_the_cycle_only(self):
        for n in range(50):
            self.t(f"a z{n} 1")
        self.t("a x 1; a y 2", at=(1, 500))
        self.t("r x 1; r y", at=(1, 500))
        self.t("r x 1; r y 2")
        text = "\n".join(explain(self.verdict()))
        self.assertIn("T51 -> T52: T52 read x up to 1 (wr)", text)
        self.assertIn("T52 -> T51: T52 did not see 2, which comes next in y (rw)", text)
        self.assertNotIn("z1", text)


class SimulatedTest(unittest.TestCase):
    def verdict(self, count, seed, bug=None):
        return judge(History({"workload": "list-append"}, made.simulated(count, seed, bug=bug)))

    def test_correct_executions_are_allowed(self):
        skews = 0
        for seed in range(60):
            verdict = self.verdict(200, seed)
            self.assertTrue(verdict.ok, f"seed {seed}: {explain(verdict)}")
            skews += verdict.figures["write skews"]
        self.assertGreater(skews, 50)

    def test_each_bug_of_the_simulated_database_is_found(self):
        for bug in ("lost update", "stale", "fork", "torn"):
            found = sum(not self.verdict(300, seed, bug).ok for seed in range(10))
            self.assertEqual(found, 10, bug)

    def test_a_large_history_is_judged_in_time(self):
        transactions = made.simulated(_LARGE, 1, keys=2000)
        began = time.monotonic()
        verdict = judge(History({"workload": "list-append"}, transactions))
        self.assertTrue(verdict.ok, explain(verdict))
        self.assertLess(time.monotonic() - began, _LARGE_S_MAX)


if __name__ == "__main__":
    unittest.main()

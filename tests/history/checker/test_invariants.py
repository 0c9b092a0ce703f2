#!/usr/bin/python3
"""Claims of invariants.py and history.py: what must not be is named, what may be is not."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checker import history, made  # noqa: E402
from checker.judge import explain, judge  # noqa: E402


class InvariantsTest(unittest.TestCase):
    header = {"workload": "bank", "initial": {"1": 10, "2": 10}}

    def setUp(self):
        self.t = made.Maker()

    def assert_kinds(self, *kinds):
        verdict = judge(history.History(self.header, self.t.transactions))
        self.assertEqual(sorted(verdict.kinds().elements()), sorted(kinds), explain(verdict))


class BankTest(InvariantsTest):
    def transfer(self, number, outcome="ok"):
        return self.t.ops([["transfer", number, "1", "2", 3]], outcome)

    def end(self, ids, one, two):
        self.t.ops([["balances", {"1": one, "2": two}], ["transfers", ids]], fresh=True)

    def test_transfers_that_add_up(self):
        self.transfer(1)
        self.t.ops([["balances", {"1": 7, "2": 13}]])
        self.transfer(2, "unknown")
        self.transfer(3, "unknown")
        self.transfer(4, "fail")
        self.end([1, 3], 4, 16)
        self.assert_kinds()

    def test_a_read_of_half_a_transfer(self):
        self.transfer(1)
        self.t.ops([["balances", {"1": 7, "2": 10}]])
        self.assert_kinds("broken sum")

    def test_a_transfer_without_effect(self):
        self.transfer(1)
        self.end([1], 10, 10)
        self.assert_kinds("lost update")

    def test_a_transfer_that_is_gone(self):
        self.transfer(1)
        self.end([], 10, 10)
        self.assert_kinds("lost")

    def test_a_transfer_that_had_failed(self):
        self.transfer(1, "fail")
        self.end([1], 7, 13)
        self.assert_kinds("G1a")

    def test_a_transfer_that_is_there_twice(self):
        self.transfer(1)
        self.end([1, 1], 7, 13)
        self.assert_kinds("duplicate")


class UniqueTest(InvariantsTest):
    header = {"workload": "unique"}

    def insert(self, key, token, outcome="ok", at=None):
        return self.t.ops([["insert", key, token]], outcome, at=at)

    def rows(self, *rows, **more):
        return self.t.ops([["rows", [list(row) for row in rows]]], **more)

    def test_one_winner_per_key(self):
        self.insert(1, 11)
        self.insert(1, 12, "fail")
        self.insert(2, 21, "unknown")
        self.rows((1, 11), node=1)
        self.rows((1, 11), (2, 21), node=1)
        self.rows((1, 11), (2, 21), fresh=True)
        self.assert_kinds()

    def test_two_winners(self):
        self.insert(1, 11)
        self.insert(1, 12)
        self.assert_kinds("duplicate")

    def test_a_row_twice(self):
        self.insert(1, 11)
        self.rows((1, 11), (1, 11))
        self.assert_kinds("duplicate")

    def test_a_row_of_a_failed_insert(self):
        self.insert(1, 11, "fail")
        self.rows((1, 11))
        self.assert_kinds("G1a")

    def test_a_row_from_nowhere(self):
        self.rows((1, 11))
        self.assert_kinds("nowhere")

    def test_a_row_that_is_gone(self):
        self.insert(1, 11)
        self.rows(node=1)
        self.assert_kinds()
        self.rows(fresh=True, node=1)
        self.assert_kinds("lost")

    def test_a_row_that_was_seen_and_is_gone(self):
        self.insert(1, 11, "unknown")
        self.rows((1, 11), node=1)
        self.rows(node=1)
        self.assert_kinds("went back")

    def test_another_node_may_be_behind(self):
        self.insert(1, 11, at=(1, 9))
        self.rows((1, 11), node=1, at=(2, 3))
        self.rows(node=2, at=(4, 5))
        self.assert_kinds()

    def test_a_row_that_changed(self):
        self.insert(1, 11, "unknown")
        self.insert(1, 12, "unknown")
        self.rows((1, 11), node=1)
        self.rows((1, 12), node=2)
        self.assert_kinds("changed")


class CounterTest(InvariantsTest):
    header = {"workload": "counter"}

    def add(self, value, outcome="ok"):
        return self.t.ops([["add", "c", value]], outcome)

    def value(self, value, **more):
        return self.t.ops([["value", "c", value]], **more)

    def test_each_addition_counts_once(self):
        self.add(1)
        self.add(None, "unknown")
        self.add(3)
        self.add(None, "fail")
        self.value(3, fresh=True)
        self.assert_kinds()

    def test_two_additions_to_one_value(self):
        self.add(1)
        self.add(1)
        self.assert_kinds("lost update")

    def test_additions_that_are_gone(self):
        self.add(1)
        self.add(2)
        self.value(1, node=1)
        self.assert_kinds()
        self.value(1, fresh=True, node=1)
        self.assert_kinds("lost")

    def test_more_than_was_added(self):
        self.add(1)
        self.value(2)
        self.assert_kinds("nowhere")

    def test_a_read_that_goes_back(self):
        self.add(1)
        self.add(2)
        self.value(2, node=1)
        self.value(1, node=1)
        self.assert_kinds("went back")


class FileTest(unittest.TestCase):
    def setUp(self):
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "history.jsonl"

    def test_a_file_gives_back_what_was_written(self):
        t = made.Maker()
        t("a x 1; r x 1")
        t("r x 1", "unknown", node=1, fresh=True)
        history.dump(history.History({"workload": "list-append", "seed": 3}, t.transactions), self.path)
        read = history.load(self.path)
        self.assertEqual(read.transactions, t.transactions)
        self.assertEqual(read.header, {"workload": "list-append", "seed": 3})

    def test_a_file_of_something_else_is_refused_with_its_place(self):
        header = '{"history": 1, "workload": "counter"}\n'
        for text, place in (("", "empty"), ("{}\n", ":1:"), ("[]\n", ":1:"), ('{"history": 9}\n', ":1:"),
                            (header + "nonsense\n", ":2:"), (header + '{"id": 1}\n', ":2:")):
            self.path.write_text(text)
            with self.assertRaisesRegex(history.Malformed, place):
                history.load(self.path)


if __name__ == "__main__":
    unittest.main()

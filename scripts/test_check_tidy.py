#!/usr/bin/python3
"""Claims of scripts/check-tidy: what is in a slice."""
import importlib.machinery
import importlib.util
import os
import unittest

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check-tidy")
LOADER = importlib.machinery.SourceFileLoader("check_tidy", PATH)
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_tidy", LOADER))
LOADER.exec_module(tidy)

SOURCES = [f"src/a/f{n}.cc" for n in range(100)]


class SliceTest(unittest.TestCase):
    def setUp(self):
        self.git = {"diff": [], "rev-parse": ["abc"]}
        tidy.git_lines = lambda *words: self.git[words[0]]
        tidy.changed_files = lambda: set()

    def test_the_same_commit_gives_the_same_slice_another_one_another(self):
        first, _ = tidy.choose_slice(SOURCES, 8)
        self.assertEqual(len(first), 8)
        self.assertEqual(first, tidy.choose_slice(list(reversed(SOURCES)), 8)[0])
        self.git["rev-parse"] = ["abd"]
        self.assertNotEqual(first, tidy.choose_slice(SOURCES, 8)[0])

    def test_a_row_of_commits_comes_round_to_every_file(self):
        seen = set()
        for commit in range(150):
            self.git["rev-parse"] = [str(commit)]
            seen |= set(tidy.choose_slice(SOURCES, 8)[0])
        self.assertEqual(seen, set(SOURCES))

    def test_what_was_touched_is_in_it_a_header_as_the_source_of_its_name(self):
        self.git["diff"] = ["src/a/f7.cc", "src/a/f9.h", "README.md"]
        tidy.changed_files = lambda: {"src/a/f11.cc"}
        chosen, left_out = tidy.choose_slice(SOURCES, 2)
        self.assertLessEqual({"src/a/f7.cc", "src/a/f9.cc", "src/a/f11.cc"}, set(chosen))
        self.assertEqual((len(chosen), left_out), (5, 0))

    def test_a_large_commit_is_cut_and_what_is_left_out_is_counted(self):
        self.git["diff"] = SOURCES[:50]
        chosen, left_out = tidy.choose_slice(SOURCES, 8)
        self.assertEqual((len(chosen), left_out), (24, 34))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Claims of power_loss: what was not synced is gone, and what was is not."""
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.power_loss import PowerLoss  # noqa: E402

_HELPERS = """
import os, sys
os.chdir(sys.argv[1])
def put(name, data, at=0, sync=True, flags=os.O_CREAT):
    fd = os.open(name, os.O_RDWR | flags, 0o600)
    os.pwrite(fd, data, at)
    if sync: os.fdatasync(fd)
    os.close(fd)
def sync(name):
    fd = os.open(name, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
"""


class PowerLossTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.roots = cls.top / "roots"
        cls.roots.mkdir()
        cls.power = PowerLoss(cls.top / "power", [cls.roots])

    def setUp(self):
        self.root = self.roots / self.id().rpartition(".")[2]
        self.root.mkdir()

    def run_script(self, text):
        subprocess.run([sys.executable, "-c", _HELPERS + text, self.root], check=True,
                       env={**os.environ, **self.power.environment})

    def strike(self, text, mode="drop", seed=1):
        self.run_script(text)
        return self.power.strike(mode, random.Random(seed))

    def content(self, name):
        return (self.root / name).read_bytes()

    def names(self):
        return sorted(path.name for path in self.root.iterdir())

    def test_synced_bytes_stay_and_others_go(self):
        lost = self.strike("put('a', b'x' * 2000); put('a', b'y' * 700, 100, sync=False)")
        self.assertEqual(self.content("a"), b"x" * 2000)
        self.assertEqual(lost["sectors"], 2)

    def test_a_sync_covers_what_other_descriptors_wrote(self):
        self.strike("put('a', b'x' * 9, sync=False); sync('a'); put('a', b'y', 3, sync=False)")
        self.assertEqual(self.content("a"), b"x" * 9)

    def test_overlapping_writes_are_undone_in_reverse(self):
        self.strike("put('a', b'1' * 600); put('a', b'2' * 600, 0, False); put('a', b'3' * 600, 300, False)")
        self.assertEqual(self.content("a"), b"1" * 600)

    def test_a_file_that_grew_is_as_long_as_before(self):
        self.strike("put('a', b'x' * 10); put('a', b'y' * 5000, 8, sync=False)")
        self.assertEqual(self.content("a"), b"x" * 10)

    def test_sequential_and_appending_writes_count(self):
        self.strike("put('a', b'x' * 10)\n"
                    "for flags in (os.O_APPEND, 0):\n"
                    "    fd = os.open('a', os.O_WRONLY | flags); os.write(fd, b'yy'); os.write(fd, b'zz')")
        self.assertEqual(self.content("a"), b"x" * 10)

    def test_a_file_that_was_never_synced_vanishes(self):
        self.strike("put('a', b'x'); put('b', b'x', sync=False)")
        self.assertEqual(self.names(), ["a"])

    def test_the_sync_of_a_directory_keeps_names_not_bytes(self):
        self.strike("put('b', b'x' * 4, sync=False); sync('.')")
        self.assertEqual(self.content("b"), b"")

    def test_a_renaming_without_a_sync_of_the_directory_is_undone(self):
        self.strike("put('a', b'old'); put('b', b'new'); os.rename('b', 'a')")
        self.assertEqual([self.content("a"), self.content("b")], [b"old", b"new"])

    def test_a_renaming_with_a_sync_of_the_directory_stays(self):
        self.strike("put('a', b'old'); put('b', b'new'); os.rename('b', 'a'); sync('.')")
        self.assertEqual((self.names(), self.content("a")), (["a"], b"new"))

    def test_a_file_that_was_cut_is_whole_again(self):
        text = "put('a', b'x' * 5000); fd = os.open('a', os.O_RDWR); os.ftruncate(fd, 1000)"
        self.strike(text)
        self.assertEqual(self.content("a"), b"x" * 5000)
        self.strike(text + "; os.fsync(fd)")
        self.assertEqual(self.content("a"), b"x" * 1000)

    def test_a_file_that_was_cut_by_opening_it_is_whole_again(self):
        self.strike("put('a', b'x' * 50); put('a', b'y', 0, False, os.O_TRUNC)")
        self.assertEqual(self.content("a"), b"x" * 50)

    def test_a_mode_is_as_before(self):
        self.strike("put('a', b'x'); os.fchmod(os.open('a', os.O_RDONLY), 0o400)")
        self.assertEqual((self.root / "a").stat().st_mode & 0o777, 0o600)

    def test_allocated_space_is_as_before(self):
        self.strike("put('a', b'x'); os.posix_fallocate(os.open('a', os.O_RDWR), 0, 9000)")
        self.assertEqual(self.content("a"), b"x")

    def test_a_torn_write_ends_at_a_border_of_sectors(self):
        self.strike("for n in map(str, range(40)):\n"
                    "    put(n, b'x' * 3000)\n"
                    "    put(n, b'y' * 1000, 1000, False)\n"
                    "    put(n, b'z' * 1500, 1000, False)", "tear")
        ends = set()
        for name in self.names():
            data = self.content(name)
            ends.add(end := len(data.rstrip(b"x").rstrip(b"y")))
            self.assertEqual(data[:1000], b"x" * 1000)
            self.assertEqual(data[1000:end], b"z" * (end - 1000))
        self.assertEqual({end for end in ends if end != 1000}, {1024, 1536, 2048})

    def test_random_keeps_some_and_loses_some(self):
        self.strike("for n in map(str, range(40)):\n"
                    "    put(n, b'x' * 1024)\n"
                    "    put(n, b'y' * 1024, 0, False)", "random")
        kept = {self.content(name)[::512] for name in self.names()}
        self.assertEqual(kept, {b"xx", b"xy", b"yx", b"yy"})

    def test_a_number_that_is_used_again_has_no_past(self):
        self.strike("put('a', b'x' * 9); put('a', b'y' * 9, 0, False); os.unlink('a');"
                    " put('b', b'z' * 9); sync('.')")
        self.assertEqual(self.content("b"), b"z" * 9)

    def test_writers_at_once_lose_only_what_is_not_synced(self):
        self.strike("put('a', bytes(64000))\n"
                    "import threading\n"
                    "def fill(n):\n"
                    "    for at in range(n * 512, 64000 - 512, 4096):\n"
                    "        put('a', bytes([n + 1]) * 512, at, at < 32000)\n"
                    "threads = [threading.Thread(target=fill, args=(n,)) for n in range(8)]\n"
                    "for t in threads: t.start()\n"
                    "for t in threads: t.join()\n")
        self.assertTrue(all(self.content("a")[:31744]))

    def test_a_lying_disk_loses_what_was_synced(self):
        self.run_script("put('a', b'x' * 9); sync('.')")
        self.power.lying = True
        self.addCleanup(setattr, self.power, "lying", False)
        self.strike("put('a', b'y' * 9)")
        self.assertEqual(self.content("a"), b"x" * 9)

    def test_files_elsewhere_are_left_alone(self):
        self.strike("put('../../b', b'x' * 4, sync=False)")
        self.assertEqual((self.top / "b").read_bytes(), b"x" * 4)


if __name__ == "__main__":
    unittest.main()

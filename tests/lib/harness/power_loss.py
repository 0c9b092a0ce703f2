"""Power loss: what processes wrote and never synced is taken back, as a disk would lose it.

The processes run with a library (power_loss.h), which passes every change through and notes how to undo it until a sync
covers it. `strike` (all of them dead) then decides what had reached the disk:

  drop    nothing of it          random   any sector of 512 bytes, any number of the first changes of names
  tear    all of it, but the last write of each file ends at a random border of sectors

What is shared through mappings (a volume's `shm`) becomes noise. Not modelled: removals come back never, and
other mappings are durable.
"""

import os
import random
import struct
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_SOURCES = [Path(__file__).with_name(name) for name in ("power_loss.c", "power_loss_names.c")]
_SECTOR = 512
_ENTRY = struct.Struct("=c3xIQQQQ")
_HEAD = struct.Struct("=Q")
_MAPPED = "shm"
MODES = ("drop", "random", "tear")


class PowerLoss:
    """REQUIRES: `roots` and the journal, in `directory`, lie on one file system."""

    def __init__(self, directory: Path, roots: list[Path]):
        directory.mkdir(parents=True)
        self._roots, self._journal = [root.absolute() for root in roots], directory / "journal"
        self._journal.mkdir()
        self._journal.chmod(0o777)  # servers may run as another user
        self.lying = False  # syncs of processes started from now on keep nothing
        self._library = directory / "power_loss.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", self._library, *_SOURCES,
                        "-ldl"], check=True)

    @property
    def environment(self) -> dict:
        """Of the processes whose power is to fail."""
        return {"LD_PRELOAD": str(self._library), "POWER_LOSS_JOURNAL": str(self._journal.absolute()),
                "POWER_LOSS_ROOTS": ":".join(map(str, self._roots)),
                **({"POWER_LOSS_LYING": "1"} if self.lying else {})}

    def strike(self, mode: str, rng: random.Random) -> Counter:
        """Takes back what was not durable; says how much that was. REQUIRES: the processes are dead."""
        lost = Counter()
        paths = self._paths()
        for journal in sorted(self._journal.glob("*-*[0-9]")):
            if not journal.name.startswith("kept-") and journal.name in paths:
                _undo_changes(paths[journal.name], _entries(journal.read_bytes()), mode, rng, lost)
        self._undo_names(mode, rng, lost)
        for root in self._roots:
            for mapped in root.rglob(_MAPPED):
                mapped.write_bytes(rng.randbytes(mapped.stat().st_size))
        for left in self._journal.iterdir():
            left.unlink()
        return lost

    def _paths(self) -> dict:
        """"<device>-<inode>" -> path, of all files."""
        found = {}
        for top in (*self._roots, self._journal):
            for directory, _, names in os.walk(top):
                for name in names:
                    info = os.lstat(os.path.join(directory, name))
                    found[f"{info.st_dev}-{info.st_ino}"] = os.path.join(directory, name)
        return found

    def _undo_names(self, mode, rng, lost):
        journal = self._journal / "names"
        pending = _pending_names(journal.read_bytes()) if journal.exists() else []
        first = {"drop": 0, "random": rng.randint(0, len(pending)), "tear": len(pending)}[mode]
        for kind, _, inode, *names in reversed(pending[first:]):
            path = Path(names[-2] if kind == "R" else names[0])
            if not path.is_symlink() and (not path.exists() or path.stat().st_ino != int(inode)):
                continue  # removed or replaced since
            lost["names"] += 1
            if kind == "C":
                path.unlink()
                continue
            source, _, kept = names
            path.rename(source)
            if kept:
                Path(kept).rename(path)


@dataclass
class _Entry:
    kind: str
    mode: int
    offset: int
    length: int
    size: int
    kept: bytes


def _entries(data: bytes) -> list[_Entry]:
    """Those that no sync has covered. The last one may be half: its change never happened."""
    if len(data) < _HEAD.size:
        return []
    (durable,), at, found = _HEAD.unpack_from(data), _HEAD.size, []
    while at + _ENTRY.size <= len(data):
        kind, mode, offset, length, kept, size = _ENTRY.unpack_from(data, at)
        start = at + _ENTRY.size
        at = start + kept
        if at <= len(data) and at > durable:
            found.append(_Entry(kind.decode(), mode, offset, length, size, data[start:at]))
    return found


def _undo_changes(path, entries, mode, rng, lost):
    facts = [n for n, entry in enumerate(entries) if entry.kind in "SM"]
    # Changes of size and mode reach the disk in their order.
    undone_from = {"drop": 0, "random": rng.choice([*facts, len(entries)]), "tear": len(entries)}[mode]
    writes = [entry for entry in entries if entry.kind == "W"]
    shrinks = mode == "drop" or (mode == "random" and rng.random() < 0.5)
    was = os.stat(path).st_mode
    os.chmod(path, 0o600)
    with open(path, "r+b", buffering=0) as file:
        for n in range(len(entries) - 1, -1, -1):
            entry = entries[n]
            if entry.kind == "W":
                _undo_write(file, entry, mode, rng, entry is writes[-1], lost)
                if shrinks and entry.offset + entry.length > entry.size:
                    file.truncate(min(entry.size, os.fstat(file.fileno()).st_size))
            elif n >= undone_from:
                lost["facts"] += 1
                if entry.kind == "S":
                    file.truncate(entry.size)
                elif entry.kind == "T":
                    os.pwrite(file.fileno(), entry.kept, entry.offset)
                else:
                    was = entry.mode
    os.chmod(path, was)


def _undo_write(file, entry, mode, rng, last, lost):
    size = os.fstat(file.fileno()).st_size
    # Sectors of the disk, not of the write.
    starts = [0, *range(_SECTOR - entry.offset % _SECTOR, entry.length, _SECTOR)]
    torn_from = rng.choice(starts) if mode == "tear" and last else entry.length
    for at, end in zip(starts, [*starts[1:], entry.length]):
        if mode == "drop" or at >= torn_from or (mode == "random" and rng.random() < 0.5):
            old = entry.kept[at:end].ljust(end - at, b"\0")
            room = min(end, size - entry.offset) - at  # what was cut off later stays away
            if room > 0:
                os.pwrite(file.fileno(), old[:room], entry.offset + at)
                lost["sectors"] += 1


def _pending_names(data: bytes):
    """Lines C and R that no sync has covered, as fields."""
    made, offset = [], 0
    for line in data.split(b"\n"):
        fields = line.decode(errors="surrogateescape").split("\t")
        if fields[0] in ("C", "R"):
            made.append([offset, fields])
        elif fields[0] == "D":
            made = [m for m in made if m[1][1] != fields[1] or m[0] >= int(fields[2])]
        elif fields[0] == "F":
            made = [m for m in made if m[1][0] != "C" or m[1][2] != fields[1] or m[0] >= int(fields[2])]
        offset += len(line) + 1
    return [fields for _, fields in made]

"""A reader of log segments for tests that damage them: where batches and records lie.

Independent of the code under test on purpose; the format is described in src/log/batch.h and
src/model/record_codec.h. Checks nothing, finds headers by stepping from batch to batch.
"""

import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

_BATCH_HEADER = 64
_RECORD_HEADER = 96
_SECTOR = 512
_MAGIC = b"BLB1"


@dataclass
class Batch:
    path: Path  # of the segment file, relative to the volume
    offset: int
    end: int
    records: list[int]  # offsets of its records in the file; none: an idle marker
    watermark: int

    @property
    def is_idle_marker(self) -> bool:
        return not self.records


def batches(volume: Path) -> list[Batch]:
    """All batches of all segments, in the order of the log."""
    files = [p for p in (volume / "segments").iterdir() if not p.name.startswith(".")]
    found = []
    for path in sorted(files, key=lambda p: [int(n) for n in p.name.split(".")]):
        found += _batches_of(volume, path)
    return found


def _batches_of(volume, path):
    data = path.read_bytes()
    found, offset = [], 0
    while data[offset + 8 : offset + 12] == _MAGIC:
        body, count = struct.unpack_from("<II", data, offset + 16)
        watermark, = struct.unpack_from("<Q", data, offset + 40)
        records, at = [], offset + _BATCH_HEADER
        for _ in range(count):
            records.append(at)
            at += struct.unpack_from("<I", data, at)[0]
        end = offset + _BATCH_HEADER + body
        found.append(Batch(path.relative_to(volume), offset, end, records, watermark))
        offset = -(-end // _SECTOR) * _SECTOR
    return found


def copy_volume(source: Path, target: Path):
    """What a crash of the machine would leave: files, no shared memory."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("shm"))


def flip_bit(path: Path, offset: int, bit: int = 0):
    path.chmod(0o600)  # sealed segments are read-only
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))


def truncate(path: Path, size: int):
    path.chmod(0o600)
    with open(path, "r+b") as file:
        file.truncate(size)


def write_at(path: Path, offset: int, data: bytes):
    path.chmod(0o600)
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def read_at(path: Path, offset: int, length: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)

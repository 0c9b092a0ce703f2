"""Reads the test runner's log: what became of each test.

A line of it: `suite.test 'combination' w2 [ pass ]  1234`. A test with several combinations passes
when none failed and at least one passed.
"""

import re
from pathlib import Path

_LINE = re.compile(r"^(?P<test>\S+?\.\S+)\s+(?:'(?P<combination>[^']*)'\s+)?(?:w\d+\s+)?"
                   r"\[ (?P<result>pass|fail|skipped|disabled|retry-pass|retry-fail|exp-fail) \]"
                   r"\s*(?P<detail>.*)")


def parse(log: Path) -> dict[str, tuple[str, str]]:
    """name -> (pass | fail | skip, why)."""
    seen: dict[str, list[tuple[str, str]]] = {}
    for line in log.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match:
            why = f"{match['combination'] or ''} {match['detail']}".strip()
            seen.setdefault(match["test"], []).append((match["result"], why))
    return {test: _verdict(results) for test, results in seen.items()}


def _verdict(results):
    for kind in ("fail", "pass"):
        whys = sorted({why for result, why in results if kind in result})
        if whys:
            return kind, "; ".join(whys) if kind == "fail" else ""
    return "skip", "; ".join(sorted({why for _, why in results}))

"""Reads the test runner's log: what became of each test.

A line of it: `suite.test 'combination' w2 [ pass ]  1234`; after a failure, what went wrong. A test
with several combinations passes when none failed and at least one passed.
"""

import re
from pathlib import Path

_LINE = re.compile(r"^(?P<test>\S+?\.\S+)\s+(?:'(?P<combination>[^']*)'\s+)?(?:w\d+\s+)?"
                   r"\[ (?P<result>pass|fail|skipped|disabled|retry-pass|retry-fail|exp-fail) \]"
                   r"\s*(?P<detail>.*)")
_REASON = re.compile(r"(?:mysqltest: )?At line \d+: .*|.*Result (?:length|content) mismatch.*|.*crashed while.*"
                     r"|.*failed during test run.*|.*timed out.*|.*\[ERROR\] WSREP: Borealis.*")
_REASON_LINES = 60  # after a failure
_REASONS_MAX = 2


def parse(log: Path) -> dict[str, tuple[str, str]]:
    """name -> (pass | fail | skip, why)."""
    seen: dict[str, list[tuple[str, str]]] = {}
    lines = log.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match:
            why = f"{match['combination'] or ''} {match['detail']}".strip()
            if "fail" in match["result"]:
                why = f"{why} {_reason(lines[number + 1 : number + 1 + _REASON_LINES])}".strip()
            seen.setdefault(match["test"], []).append((match["result"], why))
    return {test: _verdict(results) for test, results in seen.items()}


def _reason(lines) -> str:
    found = []
    for line in lines:
        if _LINE.match(line):
            break
        if line.startswith("--- /"):  # the runner shows a difference of results
            line = "result differs: Result content mismatch"
        if _REASON.match(line) and line not in found:
            found.append(line.strip())
    return "; ".join(found[:_REASONS_MAX])


def _verdict(results):
    for kind in ("fail", "pass"):
        whys = sorted({why for result, why in results if kind in result})
        if whys:
            return kind, "; ".join(whys) if kind == "fail" else ""
    return "skip", "; ".join(sorted({why for _, why in results}))

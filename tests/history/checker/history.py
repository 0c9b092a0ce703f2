"""A history: what clients asked and were told, one JSON object a line. The grammar of the files:

  file        = header transaction*
  header      = {"history": 1, "workload": NAME, ...}     whatever else the recorder wants to keep
  transaction = {"id": INT, "client": INT, "node": INT,   who, and through which server
                 "begin": NS, "end": NS or null,          before the first statement went out; after the
                                                          answer to COMMIT came in; null: it never came
                 "outcome": "ok" | "fail" | "unknown",    acknowledged; certainly not committed; who knows
                 "fresh": BOOL,                           it asked to see all that was committed before
                 "ops": [op*]}
  op          = ["append", KEY, VALUE]                    VALUE is used once in a key's life
              | ["read", KEY, [VALUE*] or null]           null: no answer came
              | ["transfer", ID, FROM, TO, AMOUNT]  | ["balances", {ACCOUNT: BALANCE} or null]
              | ["transfers", [ID*]]
              | ["insert", KEY, TOKEN]              | ["rows", [[KEY, TOKEN]*] or null]
              | ["add", KEY, VALUE or null]               one was added; the value seen right after
              | ["value", KEY, VALUE or null]

Times are of one monotonic clock. A transaction's operations are in the order in which they ran.
"""

import json
from dataclasses import dataclass, field

VERSION = 1
OUTCOMES = ("ok", "fail", "unknown")


@dataclass(slots=True)
class Transaction:
    id: int
    client: int
    node: int
    begin: int
    end: int | None
    outcome: str
    ops: list = field(default_factory=list)
    fresh: bool = False


@dataclass
class History:
    header: dict
    transactions: list


class Malformed(ValueError):
    """The file does not follow the grammar; says where."""


def dump(history: History, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write(json.dumps({"history": VERSION, **history.header}) + "\n")
        for t in history.transactions:
            out.write(json.dumps({"id": t.id, "client": t.client, "node": t.node, "begin": t.begin,
                                  "end": t.end, "outcome": t.outcome, "fresh": t.fresh, "ops": t.ops}) + "\n")


def load(path) -> History:
    transactions, header = [], None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                fields = json.loads(line)
                if header is None:
                    if fields.pop("history") != VERSION:
                        raise ValueError("not a history of this version")
                    header = fields
                    continue
                transactions.append(Transaction(**fields))
                if transactions[-1].outcome not in OUTCOMES:
                    raise ValueError(f"outcome {transactions[-1].outcome!r}")
                if (transactions[-1].end is None) != (transactions[-1].outcome == "unknown"):
                    raise ValueError("an end, and an outcome that is not known, exclude each other")
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise Malformed(f"{path}:{number}: {error}") from None
    if header is None:
        raise Malformed(f"{path}: empty")
    return History(header, transactions)

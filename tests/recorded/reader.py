"""Turns what a machine's broker saw into the events that the edge door takes.

A recording has one JSON document per line: ``t``, seconds since its begin, ``topic``
and ``payload``. What a topic means is told by its last parts, as PackML's tags are
named:

===================================  ==============================================
``Status/StateCurrentStr``           the machine's state
``ProdProcessedCount/<n>/Count``     total of good units
``ProdDefectiveCount/<n>/Count``     total of scrapped units
``.../JobOrder``                     the job that is worked on from then on
===================================  ==============================================

All else, such as commands, speeds and the accumulated counts beside these, is left out.
Lines may be in any order: what a total belongs to is told by its moment, not by its
line. Totals that begin anew with each job, and fractions of any length, are handed on
as they are; the hub makes increments of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

STATE, COUNTER = "mfg.machine.state.v1", "mfg.machine.counter.v1"
_MEANINGS = (
    (re.compile(r"Status/StateCurrentStr$"), "state"),
    (re.compile(r"ProdProcessedCount/\d+/Count$"), "good_total"),
    (re.compile(r"ProdDefectiveCount/\d+/Count$"), "scrap_total"),
    (re.compile(r"/JobOrder$"), "job_order"),
)


def events(
    lines: Iterable[str], *, machine: str, began_at: datetime, prefix: str
) -> Iterator[dict]:
    """CloudEvents of one machine, in order of time.

    :param began_at: the moment of ``t`` = 0, with a time zone
    :param prefix: of the events' ids, so that two runs are not repeats
    """
    # The same for the state and its number, or for counts of one moment: as recorded.
    told = sorted(_told(lines), key=lambda each: each[:2])
    job_order = None
    for number, (at_s, _line, meaning, value) in enumerate(told, 1):
        if meaning == "job_order":
            job_order = value or None
            continue
        data = {"equipment": machine, meaning: value}
        if job_order:
            data["job_order"] = job_order
        yield {
            "specversion": "1.0",
            "id": f"{prefix}-{number}",
            "source": f"/recorded/{machine}",
            "type": STATE if meaning == "state" else COUNTER,
            "subject": machine,
            "time": _moment(began_at, at_s),
            "sequence": f"1-{number}",
            "data": data,
        }


def _told(lines: Iterable[str]) -> Iterator[tuple[Decimal, int, str, object]]:
    """``(t, line, meaning, value)`` of the lines that say something to us."""
    for line_number, line in enumerate(lines):
        if not line.strip():
            continue
        # Decimals: a binary fraction of a second or of a unit is another number.
        row = json.loads(line, parse_float=Decimal, parse_int=Decimal)
        for pattern, meaning in _MEANINGS:
            if pattern.search(row["topic"]):
                value = row["payload"]
                if meaning.endswith("_total"):
                    value = _number(value)
                yield Decimal(row["t"]), line_number, meaning, value


def _number(payload) -> int | float:
    """The JSON number that is read as the recorded decimal again."""
    number = Decimal(str(payload))
    return int(number) if number == number.to_integral_value() else float(number)


def _moment(began_at: datetime, seconds: Decimal) -> str:
    """RFC 3339 with as many digits as were recorded, nine at most."""
    whole = int(seconds)
    moment = began_at.astimezone(timezone.utc) + timedelta(seconds=whole)
    digits = f"{seconds - whole:.9f}".partition(".")[2].rstrip("0")
    text = moment.replace(tzinfo=None, microsecond=0).isoformat()
    return f"{text}.{digits}Z" if digits else f"{text}Z"

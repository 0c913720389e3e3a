"""Which failures are one and the same problem, seen many times.

A partner that is down fails a thousand messages with a thousand slightly different
sentences. They belong into one group, which a person solves once.
"""

from __future__ import annotations

import re

#: A group's name has to fit into one line of a list.
LONGEST_CAUSE = 160

# Most specific first: what remains of a UUID must not be taken for a number.
_VARIABLE_PARTS = (
    (
        re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE),
        "…",
    ),
    (re.compile(r"\b[0-9a-f]{16,}\b", re.IGNORECASE), "…"),
    (re.compile(r"\d+(?:[.,:/-]\d+)*"), "#"),
    (re.compile(r"\s+"), " "),
)


def cause_of(connector: str, reason_code: str, reason: str | None) -> str:
    """The key, readable as it is, that failures of one cause share.

    :param connector: name of the connector
    :param reason: what was said about the failure; only its first line counts, and of
        that neither ids nor numbers
    """
    first_line = next(iter((reason or "").strip().splitlines()), "")
    for pattern, replacement in _VARIABLE_PARTS:
        first_line = pattern.sub(replacement, first_line)
    parts = (connector, reason_code.replace("_", " "), first_line.strip())
    cause = " · ".join(part for part in parts if part)
    if len(cause) <= LONGEST_CAUSE:
        return cause
    return f"{cause[: LONGEST_CAUSE - 1]}…"

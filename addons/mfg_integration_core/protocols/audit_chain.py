"""The links of the audit trail: one text per entry, one digest per link."""

import hashlib
import json

#: What the digest of the first entry is chained to.
GENESIS = "0" * 64


def canonical(entry: dict) -> str:
    """The one text of an entry: JSON, ASCII, keys sorted, no spaces, no nulls."""
    known = {key: value for key, value in entry.items() if value is not None}
    known["at"] = known["at"].isoformat(timespec="microseconds")
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def digest(previous: str, text: str) -> str:
    """The digest of a link: of the digest before it and its canonical text."""
    return hashlib.sha256((previous + text).encode()).hexdigest()

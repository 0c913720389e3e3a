"""Messages as they once went over the wire, a file per type and version.

A line is never changed: a contract that breaks one breaks a partner, and needs a
version of its own. A new version needs a file.
"""

import json
from pathlib import Path

from devkit.paths import ADDONS

FOLDER = Path(__file__).with_name("recorded")
#: Every type and version that an addon ships.
VERSIONS = sorted(
    file.name.removesuffix(".schema.json")
    for file in ADDONS.glob("*/contract/mfg.*.schema.json")
)


def recorded(event_type):
    """The messages of one type and version."""
    text = (FOLDER / f"{event_type}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]

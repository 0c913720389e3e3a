"""Formats of JSON Schema that contracts use.

The library checks most of them only when further packages are installed.
"""

import re
from datetime import datetime

from jsonschema import FormatChecker

FORMATS = FormatChecker(formats=())
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value) -> bool:
    """RFC 3339, section 5.6; an offset is required."""
    if not isinstance(value, str):
        return True
    if not _MOMENT.fullmatch(value):
        return False
    # A leap second has no datetime of its own.
    datetime.fromisoformat(value[:19].upper().replace(":60", ":59"))
    return True

"""Header names are equal in any spelling (RFC 9110, section 5.1)."""

from __future__ import annotations

from collections.abc import Mapping


def find(headers: Mapping, name: str) -> str | None:
    """The value of a header without surrounding blanks; None when it is not there."""
    value = headers.get(name)
    if isinstance(value, str):
        return value.strip()
    wanted = name.lower()
    for key, value in headers.items():
        if isinstance(value, str) and str(key).lower() == wanted:
            return value.strip()
    return None

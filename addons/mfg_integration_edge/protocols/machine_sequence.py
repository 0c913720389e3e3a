"""The place of a machine event among those of its sender.

CloudEvents leaves the attribute ``sequence`` to the sender. Machines count their
events: ``<boot>-<number>``, such as ``7-240`` for the 240th event after the seventh
start, or the number alone where a device remembers it across its starts, which is
boot 0.

Source: CloudEvents extension "Sequence"; Sparkplug B 3.0, ``bdSeq`` and ``seq``.
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(r"(?:([0-9]{1,10})-)?([0-9]{1,18})", re.ASCII)
_MAX_BOOT = 2**31 - 1


def read(text: str | None) -> tuple[int | None, int | None]:
    """Boot and number; both None where the sender counts in another way or not."""
    found = _SEQUENCE.fullmatch(text) if text else None
    if not found:
        return None, None
    boot, number = int(found[1] or 0), int(found[2])
    return (boot, number) if boot <= _MAX_BOOT else (None, None)

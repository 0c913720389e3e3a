"""The trace that an exchange belongs to: reading, continuing and writing traceparent.

We record no spans ourselves: we hand the trace on with a span id of our own, so that
what partners record before and after us is one trace.

Source: W3C Trace Context, level 1, section 3.2; CloudEvents extension "Distributed
Tracing".
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_INVALID_VERSION = "ff"
_SAMPLED = 0x01


@dataclass(frozen=True)
class TraceContext:
    """One place in a trace.

    :ivar trace_id: 32 small hexadecimal digits, not all zero
    :ivar span_id: of what led here: 16 small hexadecimal digits, not all zero
    :ivar sampled: whether the caller may have recorded it
    """

    trace_id: str
    span_id: str
    sampled: bool = False

    def __str__(self) -> str:
        """The value of ``traceparent``."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"

    def child(self) -> TraceContext:
        """The same trace one step on, under a span id that is new."""
        return TraceContext(self.trace_id, _new_span_id(), self.sampled)


def parse(text: object) -> TraceContext | None:
    """What a ``traceparent`` says; None when it is none, as the standard asks.

    A higher version is read as far as version 00 goes.
    """
    found = _TRACEPARENT.fullmatch(text) if isinstance(text, str) else None
    if found is None or found["version"] == _INVALID_VERSION:
        return None
    if found["version"] == "00" and found["more"] is not None:
        return None
    if not int(found["trace"], 16) or not int(found["span"], 16):
        return None
    sampled = bool(int(found["flags"], 16) & _SAMPLED)
    return TraceContext(found["trace"], found["span"], sampled)


def first_valid(*texts: object) -> str | None:
    """The first of the texts that is a valid ``traceparent``, as version 00."""
    for text in texts:
        context = parse(text)
        if context:
            return str(context)
    return None


def of_chain(correlation_id: str) -> TraceContext:
    """The trace of a chain that nobody outside began: always the same for a chain.

    It is not sampled, since nobody recorded its beginning.
    """
    digest = hashlib.sha256(correlation_id.encode()).hexdigest()
    return TraceContext(digest[:32], digest[32:48])


def _new_span_id() -> str:
    while True:
        span_id = secrets.token_hex(8)
        if int(span_id, 16):
            return span_id

"""How many events a partner may send, told in the headers of an answer.

A bucket holds the events of one minute and is filled evenly. A request is taken while
the bucket isn't empty, with all its events, be they more than what is left: what is too
many is paid back before the next one. So a batch of any size passes some time, and over
time no more passes than is allowed.

Source: draft-ietf-httpapi-ratelimit-headers-10, RateLimit header fields for HTTP.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW_S = 60
_POLICY = "events"


@dataclass(frozen=True)
class Quota:
    """What a bucket holds after a request.

    :ivar per_minute: events that are filled in each minute, and the most it holds
    :ivar left: events; below zero is what has to be paid back first
    :ivar refused: the request was not taken
    """

    per_minute: int
    left: float
    refused: bool = False

    @property
    def retry_after_s(self) -> int:
        """Whole seconds until a request is taken again."""
        return max(1, math.ceil((1 - self.left) * WINDOW_S / self.per_minute))

    def headers(self) -> dict[str, str]:
        """The header fields that tell it; ``t`` is when the bucket is full again."""
        missing = self.per_minute - self.left
        full_after_s = math.ceil(missing * WINDOW_S / self.per_minute)
        left = max(0, math.floor(self.left))
        return {
            "RateLimit-Policy": (
                f'"{_POLICY}";q={self.per_minute};qu="events";w={WINDOW_S}'
            ),
            "RateLimit": f'"{_POLICY}";r={left};t={full_after_s}',
        }

"""How a peer misbehaves, on command and for a counted number of requests."""

import threading
from dataclasses import dataclass, fields


@dataclass
class Manners:
    """The switches of a peer; set over HTTP with ``POST /_control/manners``.

    Counters go down by one per request that they spoil and stop at nought; -1 spoils
    every request until it is set again.
    """

    mode: str = "dedupe"
    """``dedupe`` honours an idempotency key, ``naive`` creates a second record."""

    refuse_times: int = 0
    refuse_status: int = 503
    retry_after_s: int | None = None

    stall_times: int = 0
    """Requests that are held open without effect, then closed without an answer."""
    stall_s: float = 60.0

    late_times: int = 0
    """Requests that take effect at once and are answered only after ``late_s``."""
    late_s: float = 60.0

    drop_times: int = 0
    """Requests whose connection is closed before anything happens."""

    die: str | None = None
    """``before_effect`` or ``after_effect``: the process ends at its next write."""

    repeat_times: int = 0
    """Webhooks, or batches of a machine, that are sent a second time unchanged."""

    def __post_init__(self):
        self._lock = threading.Lock()

    def change(self, wanted: dict) -> None:
        """Set switches by name.

        :raise ValueError: for a switch that does not exist; nothing is set then
        """
        known = {field.name for field in fields(self)}
        if unknown := set(wanted) - known:
            raise ValueError(f"no such manners: {', '.join(sorted(unknown))}")
        with self._lock:
            for name, value in wanted.items():
                setattr(self, name, value)

    def take(self, counter: str) -> bool:
        """Whether this request is spoiled by a counter, which goes down by one."""
        with self._lock:
            left = getattr(self, counter)
            if left > 0:
                setattr(self, counter, left - 1)
            return left != 0

    def as_dict(self) -> dict:
        """The switches as they stand."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

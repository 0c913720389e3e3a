"""How a peer misbehaves, on command and for a counted number of requests."""

import random
import threading
from dataclasses import dataclass, fields

#: What may happen to a request of a peer in a bad mood. ``refuse`` is 503, ``busy``
#: 429 and ``down`` 503 with a Retry-After; ``drop`` and ``stall`` have no effect;
#: ``late`` and ``lose`` take effect, and the answer comes after ``late_s`` or never.
TROUBLES = ("refuse", "busy", "down", "drop", "stall", "late", "lose")


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

    think_s: float = 0.0
    """Thought before every request, which makes a slow peer of a quick one."""

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

    call_back_after_s: float = 0.0
    """How long after what it tells a webhook is sent."""

    trouble_percent: int = 0
    """Share of requests that are spoiled, each in a way that the dice decide."""
    trouble_seed: int = 0
    """Setting it begins a series of throws that is the same for the same seed."""

    def __post_init__(self):
        self._lock = threading.Lock()
        self._dice = random.Random(self.trouble_seed)

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
            if "trouble_seed" in wanted:
                self._dice = random.Random(self.trouble_seed)

    def throw(self) -> str | None:
        """How this request is spoiled by chance, one of ``TROUBLES``, if at all."""
        with self._lock:
            if self._dice.random() * 100 >= self.trouble_percent:
                return None
            return self._dice.choice(TROUBLES)

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

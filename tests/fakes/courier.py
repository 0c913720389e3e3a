"""Sends a peer's calls to Odoo, in order, again and again until one is accepted."""

import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from .ledger import Ledger

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
TIMEOUT_S = 15


@dataclass
class Parcel:
    """One HTTP call that is owed to Odoo.

    :param sign: called for every try, since signatures carry the time of sending
    :param facts: what the ledger should say about the call
    :param copies: how often the same bytes are sent, 1 for a peer that works well
    :param not_before: moment of ``time.monotonic`` until when the peer is busy
    """

    url: str
    body: bytes
    content_type: str
    sign: Callable[[bytes], dict]
    facts: dict = field(default_factory=dict)
    copies: int = 1
    not_before: float = 0.0
    delivered: threading.Event = field(default_factory=threading.Event)


class Courier:
    """One background thread that delivers parcels one after the other.

    A parcel refused with a 4xx other than 408, 425 and 429 is given up: sending it
    again would not help. Anything else is tried until it works, across restarts of
    Odoo. Every answer is a ``call`` line of the ledger.
    """

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._parcels: queue.Queue[Parcel] = queue.Queue()
        self._closing = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, parcel: Parcel) -> None:
        """Take a parcel; it leaves after those taken before."""
        self._parcels.put(parcel)

    def close(self) -> None:
        """Give up what waits for a retry."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            parcel = self._parcels.get()
            self._closing.wait(max(parcel.not_before - time.monotonic(), 0))
            for copy in range(1, parcel.copies + 1):
                self._deliver(parcel, copy)
            parcel.delivered.set()

    def _deliver(self, parcel: Parcel, copy: int) -> None:
        pause = FIRST_PAUSE_S
        while not self._closing.is_set():
            started = time.monotonic()
            status, answer = self._post(parcel)
            self._ledger.append(
                "call",
                url=parcel.url,
                status=status,
                answer=answer,
                copy=copy,
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                **parcel.facts,
            )
            if self._is_final(status):
                return
            self._closing.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    @staticmethod
    def _is_final(status: int | None) -> bool:
        """Whether another try could not change the answer."""
        if status is None or status in (408, 425, 429):
            return False
        return status < 500

    @staticmethod
    def _post(parcel: Parcel) -> tuple[int | None, str]:
        """Status and text of the answer; no status when none was had."""
        request = urllib.request.Request(
            parcel.url,
            data=parcel.body,
            headers={"Content-Type": parcel.content_type, **parcel.sign(parcel.body)},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")[:2000]
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")[:2000]
        except OSError as error:
            return None, str(error)

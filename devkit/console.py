"""What the devkit tells its user: steps, their time, downloads apart, clear errors."""

import contextlib
import sys
import threading
import time

HEARTBEAT_S = 15


class DevkitError(Exception):
    """Something cannot be done here; says what, and what to do about it.

    :param message: what cannot be had or done, in one sentence
    :param remedy: what the user does next, in one sentence
    """

    def __init__(self, message: str, remedy: str):
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class _Downloads:
    """Seconds spent fetching, added up until they are reported."""

    seconds = 0.0


def say(text: str = "") -> None:
    """Print one line now, whatever stands between here and the terminal."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print one line that the reader should not miss, to standard error."""
    print(f"warning: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str, *, download: bool = False):
    """Announce a step, show every 15 s that it still runs, print how long it took.

    :param download: count its seconds as fetching, for ``report_downloads()``
    """
    say(f"-> {title}")
    started, over = time.monotonic(), threading.Event()

    def beat():
        while not over.wait(HEARTBEAT_S):
            say(f"   ... {title} ({time.monotonic() - started:.0f} s)")

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        seconds = time.monotonic() - started
        if download:
            _Downloads.seconds += seconds
    say(f"   {title}: {seconds:.1f} s")


def report_downloads() -> None:
    """Print the seconds spent fetching since the last report, if there were any."""
    if _Downloads.seconds:
        say(f"downloads: {_Downloads.seconds:.0f} s")
        _Downloads.seconds = 0.0

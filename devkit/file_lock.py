"""One run at a time, over all checkouts that share the cache."""

import contextlib
import fcntl

from .console import say
from .paths import CACHE


@contextlib.contextmanager
def exclusive(name: str):
    """Hold the lock of that name; says so when another run holds it and waits.

    The kernel drops the lock when the process dies, so none is ever left behind.
    """
    folder = CACHE / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run ({name}) ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield

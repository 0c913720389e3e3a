"""Prism: a partner made of an OpenAPI document; it says what is wrong with a call."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from . import json_http, node_packages
from .own_process import OwnProcess
from .poll import until
from .stage import LOOPBACK, free_port

PACKAGES = ("@stoplight/prism-cli@5.14.2",)
MAIN = "@stoplight/prism-cli/dist/index.js"
UP_WITHIN_S = 60


@contextlib.contextmanager
def mocking(document: Path) -> Iterator[str]:
    """The address of a partner that answers as the document says.

    Its answers name in ``sl-violations`` what the document forbids, in the request
    (``["request", ...]``) or in its own made-up answer.
    """
    port = free_port()
    program = node_packages.installed("prism", PACKAGES) / MAIN
    # Not through npx, which leaves a child behind.
    argv = ["node", program, "mock", "-h", LOOPBACK, "-p", port, document]
    process = OwnProcess(f"prism-{port}", argv)
    process.start()
    url = f"http://{LOOPBACK}:{port}"
    try:
        until(
            lambda: _answers(url),
            "Prism answers",
            within_s=UP_WITHIN_S,
            last_words=process.last_words,
        )
        yield url
    finally:
        process.stop()


def _answers(url: str) -> bool:
    try:
        return bool(json_http.get(url).status)
    except OSError:
        return False

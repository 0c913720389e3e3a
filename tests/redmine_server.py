"""pytest fixture: a real Redmine, or a skip that says why there is none."""

import contextlib

import pytest

from devkit import redmine as server
from devkit.console import DevkitError


@pytest.fixture(scope="session")
def redmine():
    """A server with one project and two people; see :mod:`devkit.redmine`."""
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(server.running())
        except DevkitError as error:
            pytest.skip(f"Redmine can't be had here: {error.message}")
        yield running

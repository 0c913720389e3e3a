"""A pytest plugin: a test during which Odoo logs a warning or worse fails.

A test that provokes one says so: with ``self.assertLogs(...)``, or with Odoo's
``mute_logger(...)``. Both keep the entry away from the handler here.
"""

import logging

import pytest

from .odoo_log import LogLine


class _Collector(logging.Handler):
    """Keeps what reaches the root logger."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines: list[LogLine] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        self.lines.append(LogLine(record.levelname, record.name, text))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Watch what a class logs while it prepares its tests."""
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Watch what a test logs, its server threads included."""
    return (yield from _watched())


def _watched():
    collector, root = _Collector(), logging.getLogger()
    root.addHandler(collector)
    try:
        result = yield
    finally:
        root.removeHandler(collector)
    lines = [line for line in collector.lines if line.is_serious()]
    if lines:
        shown = "\n".join(map(str, lines))
        pytest.fail(f"Odoo logged above INFO:\n{shown}", pytrace=False)
    return result

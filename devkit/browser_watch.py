"""A pytest plugin: where CI is set, a browser test that could not run has failed.

Odoo skips a browser test when the browser or the way to talk to it is missing, and
also when the browser does not start in time. A busy machine needs more of it than
Odoo gives.
"""

import os
import re

import pytest

BROWSER = re.compile(r"chrom|devtools|websocket", re.IGNORECASE)
#: Odoo's own patience is 10 s.
STARTS_WITHIN_S = 60


@pytest.fixture(autouse=True, scope="session")
def patience_with_browsers():
    """Let a browser take its time to start."""
    from odoo.tests import common

    looks = STARTS_WITHIN_S / common.CHECK_BROWSER_SLEEP
    common.CHECK_BROWSER_ITERATIONS, common.BROWSER_WAIT = int(looks), STARTS_WITHIN_S


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn the skip of a browser test into a failure where CI is set."""
    report = yield
    if report.skipped and os.environ.get("CI") and BROWSER.search(str(report.longrepr)):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report

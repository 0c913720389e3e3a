"""A pytest plugin: the web client's bundles are built once, before the browser tests.

Odoo builds them when a page first asks for them, which takes seconds, and keeps them
in the database; a browser test rolls that back, and the next one builds them again.
"""

import pytest

STYLES = ("web.assets_web", "web.assets_web_print")
SCRIPTS = ("web.assets_web",)


@pytest.fixture(autouse=True, scope="session")
def ready_bundles(request):
    """Build the bundles where a browser test is among those that run."""
    if any("test_browser" in test.nodeid for test in request.session.items):
        _build()


def _build() -> None:
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    with Registry(get_db_name()).cursor() as cursor:
        views = api.Environment(cursor, SUPERUSER_ID, {})["ir.qweb"]
        for name in STYLES:
            views._get_asset_bundle(name, css=True, js=False).css()
        for name in SCRIPTS:
            views._get_asset_bundle(name, css=False, js=True).js()

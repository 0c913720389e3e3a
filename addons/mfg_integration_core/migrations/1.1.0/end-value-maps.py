"""What a template's words mean is listed now, at connectors of before, too."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """List it once all addons are loaded, which bring the templates."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Which templates there are was looked for while not all of them were there.
    env.registry.clear_cache()
    connectors = env["mfg.connector"].with_context(active_test=False).search([])
    env["mfg.value.map"]._show_shipped(connectors.filtered("template"))

from odoo import api, models
from odoo.tools import ormcache

from .release_events import RELEASED


class MfgConnector(models.Model):
    _inherit = "mfg.connector"

    @api.model
    @ormcache()
    def _asked_for_releases(self):
        """Ids of the companies in which somebody hears of released orders.

        Kept in memory, so that an order costs nothing where there is no MES.
        """
        subscriptions = self.sudo()._subscriptions_to(RELEASED)
        return frozenset(subscriptions.connector_id.company_id.ids)

from odoo import models

from odoo.addons.mfg_integration_edge.handlers.machine import CLOSED


class MachineCountHandler(models.AbstractModel):
    _inherit = "mfg.handler.machine.count"

    def _get_counted_order(self, event, equipment, window):
        """Extended: what goes on in the place of a closed order is worked on now."""
        order = super()._get_counted_order(event, equipment, window)
        return order._mfg_counting()

    def _check_open(self, event, equipment, order):
        """Extended: what is counted for a closed order becomes a report, and a person
        has the choices that reports have."""
        if order.state not in CLOSED or not order._mfg_reports_counts():
            super()._check_open(event, equipment, order)

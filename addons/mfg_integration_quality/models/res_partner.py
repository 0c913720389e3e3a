from odoo import _, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _mfg_refusals(self):
        """Extended: nothing is ordered from a supplier on hold."""
        return {
            **super()._mfg_refusals(),
            "buy": _("Nothing can be ordered from %(document)s: %(holds)s."),
        }

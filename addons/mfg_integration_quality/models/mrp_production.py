from odoo import models

from odoo.addons.mfg_integration_core.compat import producing_lots


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _mfg_hold_placed(self, hold):
        """Extended: a machine that failed puts the lots it was making in doubt."""
        result = super()._mfg_hold_placed(hold)
        is_renewed = self.env.context.get("mfg_hold_renewed")
        if hold.reason_code == "equipment_fault" and not is_renewed:
            self._mfg_request_inspections(hold)
        return result

    def _mfg_request_inspections(self, cause):
        """One inspection per lot that the held order is making.

        An order that has no lot yet has nothing that could be inspected.

        :param cause: the hold that puts the lots in doubt
        """
        self.ensure_one()
        # sudo: who reports a fault, a machine as a rule, has no right on inspections;
        # that quality looks at the lots is a consequence, not that user's wish.
        inspections = self.env["mfg.quality.inspection"].sudo()
        for lot in producing_lots(self):
            inspections._request(self, lot, cause=cause)

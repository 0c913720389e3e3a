from odoo import api, models

#: What of an operation the MES is told.
TOLD_FIELDS = frozenset(
    {"date_finished", "date_start", "duration_expected", "name", "operation_id"}
    | {"production_id", "state", "workcenter_id"}
)


class MrpWorkorder(models.Model):
    """An operation whose change is one of its order."""

    _inherit = "mrp.workorder"

    @api.model_create_multi
    def create(self, vals_list):
        workorders = super().create(vals_list)
        workorders._mfg_release_look()
        return workorders

    def write(self, vals):
        result = super().write(vals)
        if not TOLD_FIELDS.isdisjoint(vals):
            self._mfg_release_look()
        return result

    def unlink(self):
        self._mfg_release_look()
        return super().unlink()

    def _mfg_release_look(self):
        """Have the orders of the operations looked at before the commit."""
        if self.env["mfg.connector"]._asked_for_releases():
            self.production_id._mfg_release_look()

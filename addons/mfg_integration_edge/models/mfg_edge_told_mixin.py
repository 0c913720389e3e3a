from odoo import api, fields, models


class MfgEdgeToldMixin(models.AbstractModel):
    """A row about what a machine did, and where it stood then."""

    _name = "mfg.edge.told.mixin"
    _description = "Told by a Machine"

    equipment_id = fields.Many2one(
        "maintenance.equipment",
        "Machine",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.plant", readonly=True, ondelete="set null")

    @api.model
    def _prepare_place(self, equipment):
        """Values of a row about the machine: which it is, and where it stands."""
        return {
            "equipment_id": equipment.id,
            "company_id": equipment.company_id.id or self.env.company.id,
            "plant_id": equipment.mfg_plant_id.id,
        }

    @api.model
    def _lock_machine(self, equipment):
        """Have others who write about the machine wait: what follows is read from it.

        :return: from when on its history is kept, naive UTC; None when from its begin
        """
        self.env.cr.execute(
            "SELECT mfg_history_since FROM maintenance_equipment WHERE id = %s"
            " FOR NO KEY UPDATE",
            (equipment.id,),
        )
        return self.env.cr.fetchone()[0]

from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgBindingMerge(models.TransientModel):
    """A partner has made several of its records one; so do we with its references."""

    _name = "mfg.binding.merge"
    _description = "Merge Bindings"

    binding_ids = fields.Many2many("mfg.binding", string="References", readonly=True)
    kept_id = fields.Many2one(
        "mfg.binding",
        "The one that stays",
        required=True,
        domain="[('id', 'in', binding_ids)]",
        help="All references then lead to its record, and we say this one.",
    )
    why = fields.Char("Reason", required=True)

    @api.model
    def default_get(self, names):
        """The chosen bindings; those of several partners cannot be merged."""
        values = super().default_get(names)
        chosen = self.env["mfg.binding"].browse(self.env.context.get("active_ids", ()))
        kinds = {(each.connector_id, each.res_model) for each in chosen}
        if len(chosen) < 2 or len(kinds) > 1:
            raise UserError(
                _(
                    "Choose two or more references of one connector and one kind of"
                    " record."
                )
            )
        values["binding_ids"] = [(6, 0, chosen.ids)]
        return values

    def action_merge(self):
        """Have all references mean the record of the one that stays."""
        self.ensure_one()
        (self.binding_ids - self.kept_id)._merge_into(self.kept_id, self.why)
        return {"type": "ir.actions.act_window_close"}

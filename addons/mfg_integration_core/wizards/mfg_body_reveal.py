from odoo import _, api, fields, models
from odoo.exceptions import UserError


class MfgBodyReveal(models.TransientModel):
    """Shows the whole bodies of one row to a person with the right, for a reason.

    They are in the answer to this one call and stored nowhere else; whoever looks a
    second time says why a second time.
    """

    _name = "mfg.body.reveal"
    _description = "Reveal Bodies"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        required=True, readonly=True, model_field="res_model"
    )
    row_name = fields.Char("What", compute="_compute_row_name")
    why = fields.Text("Reason")

    @api.depends("res_model", "res_id")
    def _compute_row_name(self):
        for wizard in self:
            wizard.row_name = wizard._row().display_name

    def action_reveal(self):
        """Write down who looks and why, then show it.

        :raise AccessError: the person has no right to, or may not see the row at all
        :raise UserError: no reason is given
        """
        self.ensure_one()
        self.env.user._mfg_check_role(
            "reveal",
            _(
                "Only who has the right 'Reveal' may see what masking rules hide."
                " Ask your administrator."
            ),
        )
        why = (self.why or "").strip()
        if not why:
            raise UserError(_("Say why you have to see it; the audit trail keeps it."))
        row = self._row()
        # Whoever may not see the row sees less of its bodies.
        row.read(["display_name"])
        owner = row._masked_row()
        chain = "correlation_id" in owner._fields and owner.correlation_id
        self.env["mfg.audit.entry"].with_context(mfg_correlation_id=chain)._append(
            owner, "body.revealed", new=self._part_told(row), why=why
        )
        return {
            "type": "ir.actions.client",
            "tag": "mfg_revealed_bodies",
            "name": _("Revealed: %(row)s", row=row.display_name),
            "target": "new",
            "params": {
                "bodies": [
                    {"title": title, "text": text}
                    for title, text in row._whole_bodies()
                ]
            },
        }

    def _row(self):
        """The row that is asked for.

        :raise UserError: it is of a model that has no bodies
        """
        model = self.env.get(self.res_model or "")
        if model is None or not hasattr(type(model), "_whole_bodies"):
            raise UserError(_("There is nothing to reveal on this kind of row."))
        return model.browse(self.res_id)

    def _part_told(self, row):
        """What of the event or message was looked at, for the audit trail."""
        label = self.env["ir.model"]._get(row._name).name
        return f"{label} {row.display_name}"

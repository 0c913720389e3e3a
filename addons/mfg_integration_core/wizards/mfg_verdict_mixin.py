from odoo import fields, models


class MfgVerdictMixin(models.AbstractModel):
    """A person decides about rows of one model and writes a note about it.

    The wizard of a model has its name with ``.verdict`` behind it and brings
    ``row_ids`` and the ``verdict`` to choose from.
    """

    _name = "mfg.verdict.mixin"
    _description = "Decide about Rows"

    #: The verdict with which the rows get what was asked for.
    _assent = None

    note = fields.Text(required=True)

    def action_confirm(self):
        """Do it; the rows check who may."""
        self.ensure_one()
        self._carry_out()
        return {"type": "ir.actions.act_window_close"}

    def _carry_out(self):
        """Have the rows decided; extended where a verdict is more than yes or no."""
        self.row_ids._decide(self.verdict == self._assent, self.note)

from odoo import models


class MfgReopeningMixin(models.AbstractModel):
    """A wizard that shows what it has found and stays open."""

    _name = "mfg.reopening.mixin"
    _description = "Wizard That Stays Open"

    def _reopened(self, title, **context):
        """The action that shows the wizard as it is now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

from odoo import models


class MfgLine(models.Model):
    """A line has a screen of its own in the hall."""

    _inherit = "mfg.line"

    def action_mfg_open_screen(self):
        """The screen of this line alone; a monitor keeps it when it loads anew."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mfg_integration_edge.mfg_line_screen_of_line_action"
        )
        return {**action, "context": {"active_id": self.id}}

from odoo import api, fields, models


class MfgEdgeDeviceGaps(models.Model):
    """What is missing of a device's events, on its screen."""

    _inherit = "mfg.edge.device"

    gap_ids = fields.One2many("mfg.edge.gap", "device_id", "Missing Events")
    gap_count = fields.Integer("Gaps", compute="_compute_gap_count")

    @api.depends("gap_ids.state")
    def _compute_gap_count(self):
        counts = dict(
            self.env["mfg.edge.gap"]._read_group(
                [
                    ("device_id", "in", self.ids),
                    ("state", "in", ("open", "given_up")),
                ],
                ["device_id"],
                ["__count"],
            )
        )
        for device in self:
            device.gap_count = counts.get(device, 0)

    def _ask_for_missing(self, now):
        """Ask the device again for what is missing for long enough.

        :param now: naive UTC
        """
        self.env["mfg.edge.gap"]._due(now, self)._ask_again(now)

    def action_view_gaps(self):
        """What is missing of the device's events."""
        action = "mfg_integration_edge.mfg_edge_gap_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("device_id", "in", self.ids)],
        }

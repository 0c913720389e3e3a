from odoo import _, api, fields, models


class MfgRetentionPreview(models.TransientModel):
    """What the next run of the retention removes, before it does."""

    _name = "mfg.retention.preview"
    _description = "Retention Preview"

    line_ids = fields.One2many("mfg.retention.preview.line", "preview_id")
    total = fields.Char(compute="_compute_total")

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if "line_ids" in names:
            found = self.env["mfg.retention"]._preview()
            values["line_ids"] = [(0, 0, line) for line in found]
        return values

    @api.depends("line_ids.bytes")
    def _compute_total(self):
        retention = self.env["mfg.retention"]
        for preview in self:
            preview.total = retention._readable_size(
                sum(preview.line_ids.mapped("bytes"))
            )

    def action_start(self):
        """Have the retention run now instead of at its time."""
        # sudo: administrators of the integration have no rights on scheduled actions.
        self.env.ref("mfg_integration_core.ir_cron_retention").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": _("The retention starts within a minute"),
                "message": _("The hub notes say what went."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class MfgRetentionPreviewLine(models.TransientModel):
    """What goes of one event type in one step."""

    _name = "mfg.retention.preview.line"
    _description = "Retention Preview Line"

    preview_id = fields.Many2one("mfg.retention.preview", ondelete="cascade")
    direction = fields.Selection([("in", "Inbound"), ("out", "Outbound")])
    event_type = fields.Char()
    step = fields.Selection(
        [("bodies", "Bodies"), ("rows", "Whole rows")], string="What goes"
    )
    count = fields.Integer("Rows")
    # No Integer: its column ends at 2 GiB.
    bytes = fields.Float(digits=(20, 0))
    size = fields.Char(compute="_compute_size")
    oldest_at = fields.Datetime("Oldest")

    @api.depends("bytes")
    def _compute_size(self):
        retention = self.env["mfg.retention"]
        for line in self:
            line.size = retention._readable_size(line.bytes)

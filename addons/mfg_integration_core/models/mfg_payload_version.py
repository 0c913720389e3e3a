from odoo import _, api, fields, models

from ..protocols.text_difference import comparable, difference
from .mfg_masked_mixin import NOBODY


class MfgPayloadVersion(models.Model):
    """What an event said, as it was received or as a person corrected it.

    Written once: versions are the proof of what was received and who changed what.
    """

    _name = "mfg.payload.version"
    _description = "Payload Version"
    _inherit = ["mfg.masked.mixin"]
    _order = "event_id, number desc"
    _rec_name = "number"

    event_id = fields.Many2one(
        "mfg.inbox.event", required=True, readonly=True, ondelete="cascade", index=True
    )
    number = fields.Integer(
        "Version", required=True, readonly=True, help="1 is what was received."
    )
    content = fields.Text(required=True, readonly=True, groups=NOBODY)
    content_shown = fields.Text(
        "Payload",
        compute="_compute_content_shown",
        help="Masked where rules ask for it.",
    )
    editor_id = fields.Many2one(
        "res.users",
        "Corrected by",
        readonly=True,
        help="Empty for what was received.",
    )
    edited_at = fields.Datetime(required=True, readonly=True)
    why = fields.Text("Reason", readonly=True)
    company_id = fields.Many2one(related="event_id.company_id")
    difference = fields.Text(compute="_compute_difference")

    _sql_constraints = [
        (
            "number_unique",
            "unique (event_id, number)",
            "This event already has a version of that number.",
        ),
    ]

    def _masked_row(self):
        return self.event_id

    def _whole_bodies(self):
        title = _("Version %(number)s", number=self.number)
        return [*super()._whole_bodies(), (title, self._whole().content)]

    @api.depends("content")
    def _compute_content_shown(self):
        for version, whole in self._with_whole():
            content = whole.content
            version.content_shown = version.event_id._mask_content(content or "")

    @api.depends("content_shown", "event_id.version_ids.content_shown")
    def _compute_difference(self):
        """What was changed since the version before."""
        for version in self:
            before = version.event_id.version_ids.filtered(
                lambda one, version=version: one.number == version.number - 1
            )
            version.difference = ""
            if before:
                version.difference = difference(
                    comparable(before.content_shown), comparable(version.content_shown)
                )

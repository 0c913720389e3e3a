from odoo import api, fields, models

from ..protocols.text_difference import comparable, difference


class MfgPayloadVersion(models.Model):
    """What an event said, as it was received or as a person corrected it.

    Written once: versions are the proof of what was received and who changed what.
    """

    _name = "mfg.payload.version"
    _description = "Payload Version"
    _order = "event_id, number desc"
    _rec_name = "number"

    event_id = fields.Many2one(
        "mfg.inbox.event", required=True, readonly=True, ondelete="cascade", index=True
    )
    number = fields.Integer(
        "Version", required=True, readonly=True, help="1 is what was received."
    )
    content = fields.Text(required=True, readonly=True)
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

    @api.depends("content", "event_id.version_ids.content")
    def _compute_difference(self):
        """What was changed since the version before."""
        for version in self:
            before = version.event_id.version_ids.filtered(
                lambda one, version=version: one.number == version.number - 1
            )
            version.difference = ""
            if before:
                version.difference = difference(
                    comparable(before.content), comparable(version.content)
                )

from odoo import fields, models


class MfgReplayPreview(models.TransientModel):
    """What the dry run says about one row."""

    _name = "mfg.replay.preview"
    _description = "Replay Preview"
    _order = "id"

    replay_id = fields.Many2one("mfg.replay", required=True, ondelete="cascade")
    log_id = fields.Many2one("mfg.integration.log", "Event or message", required=True)
    # As the person, who must not see the rows of other companies and plants.
    direction = fields.Selection(related="log_id.direction", related_sudo=False)
    connector_id = fields.Many2one(related="log_id.connector_id", related_sudo=False)
    event_type = fields.Char(related="log_id.event_type", related_sudo=False)
    document_name = fields.Char(
        related="log_id.document_name", string="Document", related_sudo=False
    )
    state = fields.Selection(related="log_id.state", related_sudo=False)
    kind = fields.Selection(
        [
            ("goes", "Goes"),
            ("repeats", "Repeats"),
            ("fails", "Would fail"),
            ("refused", "Refused"),
        ],
        "Verdict",
        required=True,
    )
    effect = fields.Text("What would happen")

from odoo import fields, models


class MfgEdgeEnrolmentVerdict(models.TransientModel):
    """An Approver lets devices in or keeps them out."""

    _name = "mfg.edge.enrolment.verdict"
    _inherit = ["mfg.verdict.mixin"]
    _description = "Decide about Devices"
    _assent = "approve"

    row_ids = fields.Many2many("mfg.edge.enrolment", string="Devices", required=True)
    verdict = fields.Selection(
        [
            ("approve", "Approve: its key opens the door, and ends the one it had"),
            ("refuse", "Refuse: this key never opens the door"),
        ],
        required=True,
    )

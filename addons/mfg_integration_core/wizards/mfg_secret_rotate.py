from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

#: Days in which a partner changes over, unless somebody says otherwise.
OVERLAP_DAYS = 7


class MfgSecretRotate(models.TransientModel):
    """A person gives a partner a new signing secret and says when the old one ends."""

    _name = "mfg.secret.rotate"
    _description = "Rotate Signing Secret"

    connector_id = fields.Many2one("mfg.connector", required=True, readonly=True)
    overlap_days = fields.Integer(
        "Old Secret Valid for (days)",
        default=OVERLAP_DAYS,
        required=True,
        help="Both secrets are accepted meanwhile. 0 ends the old one at once, for one"
        " that leaked.",
    )

    @api.constrains("overlap_days")
    def _check_overlap_days(self):
        for wizard in self:
            if not 0 <= wizard.overlap_days <= 365:
                raise ValidationError(_("Choose between 0 and 365 days."))

    def action_rotate(self):
        """Make the new secret and show it this once; it is stored nowhere in clear."""
        self.ensure_one()
        valid_until = fields.Datetime.now() + timedelta(days=self.overlap_days)
        secret = self.env["mfg.secret"]._rotate_inbound(self.connector_id, valid_until)
        return self.env["mfg.secret"]._show_once(secret)

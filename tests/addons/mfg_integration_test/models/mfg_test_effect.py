from odoo import fields, models


class MfgTestEffect(models.Model):
    """What the test handler did, so that a test can count effects and their order."""

    _name = "mfg.test.effect"
    _description = "Effect of a Test Event"
    _order = "id"

    name = fields.Char(required=True)
    lane_key = fields.Char()
    number = fields.Integer()
    company_id = fields.Many2one("res.company")
    mfg_correlation_id = fields.Char()

    def tell(self, event_type, data):
        """Owe an event about this record to everybody who subscribed to it.

        :return: ids of the messages
        """
        self.ensure_one()
        return self.env["mfg.outbox.message"]._emit(event_type, self, data).ids

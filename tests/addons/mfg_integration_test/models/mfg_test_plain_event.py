from odoo import fields, models


class MfgTestPlainEvent(models.Model):
    """A machine event as any record of Odoo, for the bench to compare with."""

    _name = "mfg.test.plain.event"
    _description = "Plain Machine Event"
    _log_access = False

    event_id = fields.Char(required=True)
    event_type = fields.Char(required=True)
    source = fields.Char(required=True)
    equipment = fields.Char()
    job_order = fields.Char()
    operation = fields.Char()
    event_time = fields.Datetime()
    boot = fields.Integer()
    sequence = fields.Integer()
    historical = fields.Boolean()
    good_quantity = fields.Float(digits=(20, 9))
    scrap_quantity = fields.Float(digits=(20, 9))
    envelope = fields.Json()

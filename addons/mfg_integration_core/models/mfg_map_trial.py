from odoo import fields, models


class MfgMapTrial(models.Model):
    """What a draft of value maps would make of one stored event, beside what holds."""

    _name = "mfg.map.trial"
    _description = "Trial of Value Maps"
    _order = "differs desc, id"

    version_id = fields.Many2one(
        "mfg.map.version", required=True, readonly=True, ondelete="cascade", index=True
    )
    event_id = fields.Many2one(
        "mfg.inbox.event", required=True, readonly=True, ondelete="cascade"
    )
    connector_id = fields.Many2one(related="version_id.connector_id")
    event_type = fields.Char(related="event_id.event_type")
    received_at = fields.Datetime(related="event_id.received_at")
    before = fields.Text(readonly=True, help="With the maps that hold.")
    after = fields.Text(readonly=True, help="With the draft.")
    differs = fields.Boolean(readonly=True)

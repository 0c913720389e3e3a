from odoo import fields, models


class MfgDoor(models.Model):
    """A door that a key may be limited to; each addon brings those that it has."""

    _name = "mfg.door"
    _description = "Door"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _sql_constraints = [
        ("code_unique", "unique (code)", "There is a door of that code already."),
    ]

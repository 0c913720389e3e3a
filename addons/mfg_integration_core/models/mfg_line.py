from odoo import api, fields, models


class MfgLine(models.Model):
    """A named set of work centers of one plant."""

    _name = "mfg.line"
    _description = "Line"
    _order = "plant_id, sequence, code"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="What partners and files call the line; unique within its plant.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    plant_id = fields.Many2one(
        "mfg.plant", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="plant_id.company_id", store=True, index=True, precompute=True
    )
    workcenter_ids = fields.One2many(
        "mrp.workcenter",
        "mfg_line_id",
        "Work Centers",
        check_company=True,
        help="Work orders and machines at these work centers belong to the line.",
    )

    _sql_constraints = [
        (
            "code_unique",
            "unique (plant_id, code)",
            "Another line of this plant has this code.",
        ),
    ]

    @api.depends("name", "plant_id.code")
    def _compute_display_name(self):
        for line in self:
            parts = (line.plant_id.code, line.name)
            line.display_name = " / ".join(part for part in parts if part)

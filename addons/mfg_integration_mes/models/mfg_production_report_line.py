from odoo import api, fields, models

KINDS = [
    ("good", "Good"),
    ("scrap", "Scrap"),
    ("rework", "Rework"),
    ("byproduct", "By-product"),
    ("component", "Component"),
]


class MfgProductionReportLine(models.Model):
    """How much of one product a report speaks of, in the product's own unit.

    Exact to nine digits: what Odoo posts is rounded from the sums of the order, so that
    no fraction is lost twice. Scrap of another product than the order's is scrap of a
    component. What a report does not say and the policy adds is told as derived.
    """

    _name = "mfg.production.report.line"
    _description = "Quantity of a Production Report"
    _order = "report_id desc, id"

    report_id = fields.Many2one(
        "mfg.production.report",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    production_id = fields.Many2one(
        related="report_id.production_id", store=True, index=True
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    plant_id = fields.Many2one(
        related="report_id.plant_id", store=True, index="btree_not_null"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", "Lot/Serial", readonly=True)
    quantity = fields.Float(required=True, readonly=True, digits=(24, 9))
    uom_id = fields.Many2one(related="product_id.uom_id")
    reason = fields.Char(readonly=True)
    is_output = fields.Boolean(
        "Posted",
        readonly=True,
        default=True,
        help="Becomes moves. What an operation before the last one made does not.",
    )
    is_derived = fields.Boolean(
        "By the BOM",
        readonly=True,
        help="Not reported: what the bill of materials asks for the quantity made.",
    )
    is_product = fields.Boolean(compute="_compute_is_product")

    @api.depends("product_id", "production_id.product_id")
    def _compute_is_product(self):
        for line in self:
            line.is_product = line.product_id == line.production_id.product_id

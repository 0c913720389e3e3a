from odoo import fields, models

POSTING_POLICIES = [
    ("progress", "When the order is finished"),
    ("post", "With each report"),
]
CONSUMPTION_POLICIES = [
    ("mixed", "Mixed: as reported, the rest by the bill of materials"),
    ("actual", "Actual: only what is reported"),
    ("backflush", "Backflush: by the bill of materials, whatever is reported"),
]
POSTING_HELP = (
    "When what the shop floor reports becomes finished goods in stock. Empty = as the"
    " plant's settings say."
)


class ProductTemplate(models.Model):
    """How reports about orders for the product are posted."""

    _inherit = "product.template"

    mfg_posting_policy = fields.Selection(
        POSTING_POLICIES, "Reports Are Posted", help=POSTING_HELP
    )
    mfg_consumption_policy = fields.Selection(
        CONSUMPTION_POLICIES,
        "Reported Consumption",
        default="mixed",
        help="Which components an order for the product takes from stock.",
    )
    mfg_has_tolerance = fields.Boolean(
        "Own Tolerance",
        help="The product has a tolerance of its own, not that of the plant.",
    )
    mfg_tolerance_percent = fields.Float(
        "Over-production (%)",
        digits=(6, 2),
        help="Good pieces over the quantity of the order that are taken without asking."
        " A report beyond it waits for an Approver.",
    )


class MrpWorkcenter(models.Model):
    """How reports about orders that end here are posted."""

    _inherit = "mrp.workcenter"

    mfg_posting_policy = fields.Selection(
        POSTING_POLICIES, "Reports Are Posted", help=POSTING_HELP
    )

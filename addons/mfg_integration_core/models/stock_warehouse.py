from odoo import fields, models


class StockWarehouse(models.Model):
    """A warehouse that says to which plant its orders and transfers belong."""

    _inherit = "stock.warehouse"

    mfg_plant_id = fields.Many2one(
        "mfg.plant",
        "Plant",
        index="btree_not_null",
        check_company=True,
        help="Manufacturing orders and transfers of the warehouse belong to it.",
    )

from odoo import fields, models

POSTING = "mfg.production.posting"


class StockMove(models.Model):
    _inherit = "stock.move"

    mfg_posting_id = fields.Many2one(
        POSTING, "Posting", readonly=True, copy=False, index="btree_not_null"
    )
    mfg_is_unborne = fields.Boolean(
        "In No Product Yet",
        readonly=True,
        copy=False,
        help="Used before anything was made of it; what is made next bears its cost.",
    )


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    mfg_posting_id = fields.Many2one(
        POSTING, "Posting", readonly=True, copy=False, index="btree_not_null"
    )
    mfg_reason = fields.Char("Reported Reason", readonly=True, copy=False)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    mfg_posting_id = fields.Many2one(related="move_id.mfg_posting_id")

from odoo import api, fields, models


class MfgProductionPosting(models.Model):
    """One act on the documents of an order: which reports became which moves.

    Only the methods of the suite write rows: nobody has the right to.
    """

    _name = "mfg.production.posting"
    _description = "Production Posting"
    _order = "id desc"

    production_id = fields.Many2one(
        "mrp.production", "Order", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(related="production_id.company_id", store=True)
    plant_id = fields.Many2one(
        related="production_id.mfg_plant_id", store=True, index="btree_not_null"
    )
    posted_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    report_ids = fields.One2many("mfg.production.report", "posting_id", "Reports")
    move_ids = fields.One2many("stock.move", "mfg_posting_id", "Stock Moves")
    corrected_move_ids = fields.Many2many(
        "stock.move",
        "mfg_production_posting_corrected_rel",
        string="Corrected Moves",
        readonly=True,
        help="Moves of earlier postings from which this one took something back.",
    )
    scrap_ids = fields.One2many("stock.scrap", "mfg_posting_id", "Scraps")
    time_ids = fields.One2many(
        "mrp.workcenter.productivity",
        "mfg_posting_id",
        "Standard Times",
        help="What the operations take by plan, where nobody reported a time.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    labour_cost = fields.Float(
        readonly=True, help="Cost of the work since the posting before it."
    )

    @api.depends("production_id", "posted_at")
    def _compute_display_name(self):
        for posting in self:
            order = posting.sudo().production_id.name
            posting.display_name = f"{order} / {posting.id}"

    def action_open_moves(self):
        """The lines of stock moves that the posting made or corrected."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.stock_move_line_action"
        )
        moves = self.move_ids | self.corrected_move_ids
        return {
            **action,
            "domain": [("move_id", "in", moves.ids)],
            "context": {"create": False},
        }

from odoo import _, api, fields, models

STATES = [
    ("to_decide", "To be decided"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
]
#: States of an order, or of a move, that is over.
CLOSED = ("done", "cancel")
CAUSES = [
    ("tolerance", "More than the order allows"),
    ("closed", "The order is closed"),
]


class MfgProductionReport(models.Model):
    """What the shop floor said that was made, lost and used, in one report.

    An accepted report counts for its order; its lines say how much. What was taken back
    is not deleted: a second report with the negative lines stands beside it.

    Only the methods of the suite write rows: nobody has the right to.
    """

    _name = "mfg.production.report"
    _description = "Production Report"
    _inherit = ["mfg.second.person.mixin"]
    _order = "id desc"

    name = fields.Char(
        "Report", required=True, readonly=True, help="The sender's number of it."
    )
    title = fields.Char(
        "What",
        compute="_compute_title",
        compute_sudo=True,
        help="The sender's number of the report, or what it is where that says little.",
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="accepted", index=True
    )
    cause = fields.Selection(CAUSES, "To Decide", readonly=True)
    production_id = fields.Many2one(
        "mrp.production", "Order", required=True, readonly=True, index=True
    )
    is_order_closed = fields.Boolean(compute="_compute_is_order_closed")
    workorder_id = fields.Many2one("mrp.workorder", "Operation", readonly=True)
    company_id = fields.Many2one(related="production_id.company_id", store=True)
    plant_id = fields.Many2one(
        related="production_id.mfg_plant_id", store=True, index="btree_not_null"
    )
    connector_id = fields.Many2one("mfg.connector", readonly=True, ondelete="set null")
    event_id = fields.Many2one(
        "mfg.inbox.event",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What brought it.",
    )
    event_uuid = fields.Char("Event UUID", readonly=True, index="btree_not_null")
    reported_at = fields.Datetime(
        required=True, readonly=True, help="When it happened, says the sender."
    )
    operator = fields.Char(readonly=True)
    is_final = fields.Boolean("Final", readonly=True, help="Nothing more follows.")
    line_ids = fields.One2many("mfg.production.report.line", "report_id", "Quantities")
    good_quantity = fields.Float(
        "Good", compute="_compute_quantities", digits=(24, 9), store=True
    )
    scrap_quantity = fields.Float(
        "Scrap", compute="_compute_quantities", digits=(24, 9), store=True
    )
    rework_quantity = fields.Float(
        "Rework", compute="_compute_quantities", digits=(24, 9), store=True
    )
    posting_id = fields.Many2one(
        "mfg.production.posting",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The act by which it reached stock and cost; none yet for progress.",
    )
    is_to_move = fields.Boolean(
        compute="_compute_is_to_move", help="Its quantities belong into stock."
    )
    reverses_id = fields.Many2one(
        "mfg.production.report", "Takes Back", readonly=True, index="btree_not_null"
    )
    reversed_by_ids = fields.One2many(
        "mfg.production.report", "reverses_id", "Taken Back By"
    )
    reason = fields.Char(readonly=True, help="Why the sender took it back.")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    note = fields.Text(readonly=True)

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_production_report_name_index
                ON mfg_production_report (connector_id, name)
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("line_ids.kind", "line_ids.quantity", "line_ids.is_output")
    def _compute_quantities(self):
        for report in self:
            for kind in ("good", "scrap", "rework"):
                of_kind = report.line_ids.filtered(
                    lambda line, kind=kind: line.kind == kind and line.is_product
                )
                report[f"{kind}_quantity"] = sum(of_kind.mapped("quantity"))

    @api.depends("line_ids.kind", "line_ids.quantity", "line_ids.is_output")
    def _compute_is_to_move(self):
        for report in self:
            report.is_to_move = any(
                line.is_output and line.quantity and line.kind != "rework"
                for line in report.line_ids
            )

    @api.depends("production_id.state")
    def _compute_is_order_closed(self):
        for report in self:
            # sudo: who decides need not be one who makes goods.
            report.is_order_closed = report.sudo().production_id.state in CLOSED

    @api.depends("name", "reverses_id")
    def _compute_title(self):
        for report in self:
            taken_back = report.reverses_id
            report.title = (
                _("Takes back %(report)s", report=taken_back.title)
                if taken_back
                else report.name
            )

    @api.depends("title", "production_id")
    def _compute_display_name(self):
        for report in self:
            order = report.sudo().production_id.name
            report.display_name = f"{order}: {report.title}"

    # ---------------------------------------------------------------- business

    def _is_of_output(self):
        """Whether something of what the order makes comes of the report."""
        # sudo: reports are the hub's.
        return any(
            line.is_output and line.is_product and line.kind in ("good", "scrap")
            for line in self.sudo().line_ids
        )

    # ----------------------------------------------------------------- actions

    def action_open_event(self):
        """The event that brought the report."""
        self.ensure_one()
        return self.event_id.get_formview_action() if self.event_id else False

    def action_approve(self):
        """Ask for a note, then let the report count."""
        return self._ask_verdict("approve", _("Approve Report"))

    def action_correct_stock(self):
        """Ask for a note, then post the report into its closed order."""
        return self._ask_verdict("correct_stock", _("Correct Stock"))

    def action_reopen(self):
        """Ask for a note, then let a linked order take what is reported from now on."""
        return self._ask_verdict("reopen", _("Reopen"))

    def action_new_order(self):
        """Ask for a note, then make an order for the report alone."""
        return self._ask_verdict("new_order", _("New Order"))

    def action_reject(self):
        """Ask for a note, then leave the report without effect."""
        return self._ask_verdict("reject", _("Reject Report"))

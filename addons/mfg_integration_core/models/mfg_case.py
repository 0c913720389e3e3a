from odoo import _, api, fields, models


class MfgCase(models.Model):
    """Everything that one cause set off, under one correlation id."""

    _name = "mfg.case"
    _description = "Case"
    _inherit = ["mfg.document.mixin"]
    _order = "opened_at desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    correlation_id = fields.Char(
        "Correlation ID", required=True, readonly=True, copy=False, index=True
    )
    title = fields.Char(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    opened_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    settled_at = fields.Datetime(readonly=True)
    document_name = fields.Char("Began with")
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one(
        "mfg.plant",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Plant of what the case began with.",
    )
    hold_ids = fields.One2many("mfg.hold", "case_id", readonly=True)
    active_hold_count = fields.Integer(compute="_compute_active_hold_count")

    _sql_constraints = [
        (
            "correlation_id_unique",
            "unique (correlation_id)",
            "This chain of events has a case already.",
        ),
    ]

    # ---------------------------------------------------------------- computes

    @api.depends("hold_ids.state")
    def _compute_active_hold_count(self):
        for case in self:
            active = case.hold_ids.filtered(lambda hold: hold.state == "active")
            case.active_hold_count = len(active)

    # ----------------------------------------------------------------- actions

    def action_view_holds(self):
        """The holds that the cause led to."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Holds"),
            "res_model": "mfg.hold",
            "view_mode": "list,form",
            "domain": [("case_id", "in", self.ids)],
        }

    def action_view_log(self):
        """All events and messages of the case."""
        return self._log_list([("correlation_id", "in", self.mapped("correlation_id"))])

    def action_view_documents(self):
        """What the case touched: a form for one document, else the audit entries."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Documents"),
            "res_model": "mfg.audit.entry",
            "view_mode": "list,form",
            "domain": [("correlation_id", "=", self.correlation_id)],
        }

    @api.model
    def _log_action(self, documents):
        """The log of what was exchanged about the documents."""
        return self._log_list(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
        )

    @api.model
    def _log_list(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": _("Integration Log"),
            "res_model": "mfg.integration.log",
            "view_mode": "list",
            "domain": domain,
        }

    # ---------------------------------------------------------------- business

    @api.model
    def _ensure(self, correlation_id, title, document=None):
        """The case of a chain of events, opened when there is none yet.

        :param title: what happened, for the person who opens the list of cases
        :param document: what the case began with; it decides when the cause is over
        """
        caller = self.env
        # sudo: what opens a case (a machine, a partner) has no right on cases.
        self = self.sudo()
        case = self.search([("correlation_id", "=", correlation_id)])
        if case:
            return case.with_env(caller)
        company = self.env.company
        plant = self.env["mfg.plant"]._plant_of(document if document else self)
        if document and "company_id" in document._fields:
            company = document.sudo().company_id or company
        case = self.create(
            {
                "name": self.env["ir.sequence"].next_by_code("mfg.case") or "/",
                "correlation_id": correlation_id,
                "title": title,
                "res_model": document._name if document else False,
                "res_id": document.id if document else False,
                "company_id": company.id,
                "plant_id": plant.id,
            }
        )
        case._audit("case.opened", new=title)
        return case.with_env(caller)

    def _settle_if_over(self):
        """Settle the cases that hold nothing any more and whose cause is cleared."""
        # sudo: see _ensure.
        cases = self.sudo()
        cases._claim()
        for case in cases.filtered(lambda case: case.state == "open"):
            active = case.hold_ids.filtered(lambda hold: hold.state == "active")
            if active or not case._cause_is_cleared():
                continue
            case.write({"state": "settled", "settled_at": fields.Datetime.now()})
            case._audit("case.settled")

    def _reopen(self):
        """Open settled cases again: the same cause holds something once more."""
        # sudo: see _ensure.
        cases = self.sudo()
        cases._claim()
        settled = cases.filtered(lambda case: case.state == "settled")
        settled.write({"state": "open", "settled_at": False})

    def _claim(self):
        """Make this transaction the only one that may settle or reopen the cases.

        As with held documents: of two transactions that lift the last two holds, each
        would see the other's; the update has the later one start again.
        """
        if not self.ids:
            return
        self.flush_recordset(["state"])
        self.env.cr.execute(
            """
            UPDATE mfg_case SET state = mfg_case.state
              FROM (SELECT id FROM mfg_case WHERE id = ANY(%s)
                     ORDER BY id FOR NO KEY UPDATE) AS locked
             WHERE mfg_case.id = locked.id
            """,
            (self.ids,),
        )

    def _cause_is_cleared(self):
        """Whether what the case began with is all right again."""
        document = self._document()
        if document is None or not hasattr(document, "_mfg_cause_is_cleared"):
            return True
        return document._mfg_cause_is_cleared()

    def _audit(self, action, **values):
        """Overridden: about the case itself, whose plant may be that of the work."""
        self.ensure_one()
        self.env["mfg.audit.entry"].with_context(
            mfg_correlation_id=self.correlation_id
        )._append(self, action, **values)

import uuid

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..documents import document_at, form_of

REASONS = [
    ("equipment_fault", "Equipment fault"),
    ("quality_review", "Quality review"),
    ("manual", "Manual hold"),
]


class MfgHold(models.Model):
    """A recorded reason why a thing must not move, and what will clear it.

    Only :meth:`_place` and :meth:`_lift` write holds. Both claim the held row before
    they read, as the gates do; see ``mfg.holdable.mixin``.
    """

    _name = "mfg.hold"
    _description = "Hold"
    _inherit = ["mfg.document.mixin"]
    _order = "placed_at desc, id desc"

    name = fields.Char(required=True, readonly=True)
    reason_code = fields.Selection(REASONS, required=True, readonly=True)
    reason = fields.Text(readonly=True)
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True)
    blocker_model = fields.Char(readonly=True)
    blocker_id = fields.Many2oneReference(
        "Blocker ID",
        model_field="blocker_model",
        readonly=True,
        help="Document whose completion lifts the hold; none = a person does.",
    )
    blocker_name = fields.Char("Blocked by", compute="_compute_blocker_name")
    clearer = fields.Char("Can be cleared by", readonly=True)
    state = fields.Selection(
        [("active", "Active"), ("lifted", "Lifted")],
        required=True,
        default="active",
        readonly=True,
        index=True,
    )
    placed_at = fields.Datetime(required=True, readonly=True)
    shift = fields.Char(
        compute="_compute_shift",
        help="In which it was placed, by the clock of the plant.",
    )
    placed_by_id = fields.Many2one("res.users", required=True, readonly=True)
    lifted_at = fields.Datetime(readonly=True)
    lifted_by = fields.Char(readonly=True)
    lift_reason = fields.Text("Lifted because", readonly=True)
    case_id = fields.Many2one("mfg.case", readonly=True, index=True)
    correlation_id = fields.Char("Correlation ID", readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.plant",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Plant of what is held, else of what led to the hold.",
    )
    paused_workorder_ids = fields.Many2many(
        "mrp.workorder",
        readonly=True,
        help="Work orders that ran when the hold was placed; they start again after.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_hold_document_index
                ON mfg_hold (res_model, res_id, state);
            CREATE INDEX IF NOT EXISTS mfg_hold_blocker_index
                ON mfg_hold (blocker_model, blocker_id) WHERE state = 'active';
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("placed_at", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_shift(self):
        for hold in self:
            hold.shift = self.env["mfg.shift"]._told(hold, hold.placed_at)

    @api.depends("blocker_model", "blocker_id")
    def _compute_blocker_name(self):
        for hold in self:
            # sudo: the name of what a hold waits for is no secret to its readers.
            blocker = hold.sudo()._blocker()
            hold.blocker_name = blocker.display_name if blocker else ""

    # ----------------------------------------------------------------- actions

    def action_lift(self):
        """Ask for the reason, then lift the holds by hand."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Lift Hold"),
            "res_model": "mfg.hold.lift",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }

    def action_open_blocker(self):
        """The form of what lifts the hold."""
        return form_of(self._blocker())

    # ----------------------------------------------------------------- reading

    @api.model
    def _active_on(self, records):
        """The active holds of the records, oldest first, in one query."""
        if not records.ids:
            return self.browse()
        return self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "=", "active"),
            ],
            order="id",
        )

    def _of(self, record):
        """Those of the holds that hold ``record``."""
        return self.filtered(
            lambda hold: hold.res_model == record._name and hold.res_id == record.id
        )

    def _blocker(self):
        """What lifts the hold; None when a person does, or when it is gone."""
        self.ensure_one()
        return document_at(self.env, self.blocker_model, self.blocker_id)

    def _blocker_text(self):
        """``<hold> since 20 Nov 14:03 (Maintenance can clear it)``."""
        self.ensure_one()
        since = format_datetime(self.env, self.placed_at, dt_format="d MMM HH:mm")
        if self.clearer:
            return _(
                "%(hold)s since %(since)s (%(who)s can clear it)",
                hold=self.name,
                since=since,
                who=self.clearer,
            )
        return _("%(hold)s since %(since)s", hold=self.name, since=since)

    # ----------------------------------------------------------------- placing

    @api.model
    def _place(
        self,
        document,
        *,
        reason_code,
        reason,
        blocker=None,
        clearer=None,
        case=None,
        paused_workorders=None,
    ):
        """Hold ``document`` until its blocker is done or a person lifts the hold.

        :param document: one record of a model with ``mfg.holdable.mixin``
        :param reason: what happened, in a few words; becomes part of the hold's name
        :param blocker: record whose completion lifts the hold
        :param clearer: who can clear it, as the refused person should read it
        :param paused_workorders: work orders that the cause itself stopped just now
            and that start again with the document
        :return: the hold; the same one when document and blocker have one already
        :raise UserError: the document is past being held, e.g. a finished order
        """
        document.ensure_one()
        caller = self.env
        # sudo: who reports a cause (a machine, a partner) has no right on holds or on
        # the document; what it may set off was decided when it was connected.
        self, document = self.sudo(), document.sudo()
        document._mfg_bump_hold_version()
        document._mfg_check_holdable()
        hold = self._active_on(document).filtered(
            lambda hold: hold._same_cause(reason_code, reason, blocker)
        )[:1]
        if hold:
            return hold.with_env(caller)
        hold = self.create(
            self._prepare_hold(document, reason_code, reason, blocker, clearer, case)
        )
        if paused_workorders:
            hold.paused_workorder_ids = paused_workorders
        if "mfg_correlation_id" in document._fields:
            document.mfg_correlation_id = hold.correlation_id
        hold.case_id._reopen()
        hold._audit("hold.placed", document, new=hold.name, why=reason)
        document._mfg_refresh_hold_count()
        # What a hold does to others is our doing, not that of whose event placed it.
        document.with_context(mfg_follows=True)._mfg_hold_placed(hold)
        return hold.with_env(caller)

    def _same_cause(self, reason_code, reason, blocker):
        """Whether a hold with these values would say the same thing again."""
        if self.reason_code != reason_code:
            return False
        if not blocker:
            return not self.blocker_model and self.reason == reason
        return (self.blocker_model, self.blocker_id) == (blocker._name, blocker.id)

    @api.model
    def _prepare_hold(self, document, reason_code, reason, blocker, clearer, case):
        """Values of a new hold."""
        label = dict(self._fields["reason_code"]._description_selection(self.env))
        correlation_id = (
            (case and case.correlation_id)
            or self.env["mfg.audit.entry"]._chain_of(document)
            or str(uuid.uuid4())
        )
        case = case or self.env["mfg.case"].search(
            [("correlation_id", "=", correlation_id)]
        )
        company = "company_id" in document._fields and document.company_id
        plants = self.env["mfg.plant"]
        plant = plants._plants_of(document)[document.id] or case.plant_id
        if not plant:
            plant = plants._plant_of(blocker if blocker else document)
        return {
            "name": f"{label[reason_code]}: {reason}",
            "reason_code": reason_code,
            "reason": reason,
            "res_model": document._name,
            "res_id": document.id,
            "blocker_model": blocker._name if blocker else False,
            "blocker_id": blocker.id if blocker else False,
            "clearer": clearer,
            "placed_at": fields.Datetime.now(),
            "placed_by_id": self.env.uid,
            "case_id": case.id,
            "correlation_id": correlation_id,
            "company_id": (company or self.env.company).id,
            "plant_id": plant.id,
        }

    # ----------------------------------------------------------------- lifting

    def _lift(self, why, *, by=None):
        """Lift the holds; a document without any other goes on by itself.

        :param why: reason, as people will read it on the hold and in the audit trail
        :param by: the person a partner names; the acting user by default
        :return: the holds that were active until now
        """
        caller = self.env
        # sudo: who completes a repair or decides an inspection needs no right on the
        # holds that wait for it.
        self = self.sudo()
        held = self._documents()
        for documents in held:
            documents._mfg_bump_hold_version()
        self.invalidate_recordset(["state"])
        active = self.filtered(lambda hold: hold.state == "active")
        active.write(
            {
                "state": "lifted",
                "lifted_at": fields.Datetime.now(),
                "lifted_by": by or self._acting_person(),
                "lift_reason": why,
            }
        )
        for hold in active:
            hold._audit("hold.lifted", old=hold.name, why=why)
        for documents in held:
            documents._mfg_refresh_hold_count()
            for document in documents:
                active._of(document)._hand_over(document, why)
        active.case_id._settle_if_over()
        return active.with_env(caller)

    @api.model
    def _lift_blocked_by(self, blocker, why, *, by=None):
        """Lift the holds that wait for ``blocker``; see :meth:`_lift`."""
        if not blocker.ids:
            return self.browse()
        # sudo: see _lift.
        holds = self.sudo().search(
            [
                ("blocker_model", "=", blocker._name),
                ("blocker_id", "in", blocker.ids),
                ("state", "=", "active"),
            ],
            order="id",
        )
        return holds._lift(why, by=by)

    def _check_liftable_by_hand(self):
        """Refuse to lift by hand what a partner's system alone is to clear.

        :raise UserError: says whose decision the hold waits for
        """
        # sudo: a hold says what it waits for to who may not see that.
        for hold in self.sudo().filtered("blocker_model"):
            blocker = hold._blocker()
            if not blocker or not hasattr(blocker, "_mfg_state_owner"):
                continue
            rule = blocker._mfg_state_owner()
            if rule:
                raise UserError(
                    _(
                        "%(hold)s: it waits for %(blocker)s, whose state belongs to"
                        " %(owner)s. Decide there; Odoo follows by itself. If it cannot"
                        " wait, ask for an override.",
                        hold=hold.name,
                        blocker=blocker.display_name,
                        owner=self.env["mfg.ownership"]._owner_told(rule.owner),
                    )
                )

    def _documents(self):
        """The held documents that still exist: one recordset per model, in order."""
        by_model = {}
        for hold in self:
            by_model.setdefault(hold.res_model, []).append(hold.res_id)
        return [
            self.env[model].browse(sorted(set(ids))).exists()
            for model, ids in sorted(by_model.items())
        ]

    def _hand_over(self, document, why):
        """Let the document go on, or leave what is to be restarted to its next hold."""
        if not self:
            return
        others = self._active_on(document)
        paused = self.paused_workorder_ids
        if others:
            others[:1].paused_workorder_ids |= paused
        else:
            document.with_context(mfg_follows=True)._mfg_holds_cleared(self, why)

    def _newest(self):
        """Of several holds that were lifted at once, the one whose chain tells it."""
        return self.sorted("id")[-1:]

    @api.model
    def _acting_person(self):
        """Name of the person, else of the user, on whose behalf the work is done."""
        return self.env.context.get("mfg_person") or self.env.user.name

from odoo import _, api, fields, models
from odoo.tools import format_datetime

from ..documents import document_at

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

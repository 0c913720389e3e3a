from odoo import _, api, fields, models

TYPE = "mfg.workcenter.shift_summary.v1"


class MfgShiftSummary(models.Model):
    """What the machines of a work center did and made in one shift.

    The only rows about it that Odoo's own models meet: raw telemetry stays outside.
    Computed from the state history and the posted counts after the shift, and again,
    as a new version, when something of the shift comes late.
    """

    _name = "mfg.shift.summary"
    _description = "Shift Summary"
    _order = "begins_at desc, workcenter_id, id"

    workcenter_id = fields.Many2one(
        "mrp.workcenter",
        "Work Center",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.plant", readonly=True, ondelete="set null")
    shift = fields.Char(required=True, readonly=True)
    day = fields.Date(
        required=True, readonly=True, help="Day on which the shift begins."
    )
    begins_at = fields.Datetime("Begins", required=True, readonly=True)
    ends_at = fields.Datetime("Ends", required=True, readonly=True)
    version = fields.Integer(readonly=True, help="Raised by each correction.")
    is_due = fields.Boolean(
        "To Be Corrected", readonly=True, help="Something of the shift came late."
    )
    computed_at = fields.Datetime("Computed", readonly=True)
    planned_busy_s = fields.Float(
        "Planned Busy (s)",
        readonly=True,
        digits=(16, 3),
        help="PBT of ISO 22400: the shift without its breaks, of all machines.",
    )
    production_s = fields.Float(
        "Produced (s)", readonly=True, digits=(16, 3), help="APT: in Execute."
    )
    down_s = fields.Float("Stood Still (s)", readonly=True, digits=(16, 3))
    unknown_s = fields.Float(
        "Unknown (s)",
        readonly=True,
        digits=(16, 3),
        help="Nobody knows what the machines did; no part of the figures.",
    )
    planned_run_s = fields.Float(
        "Planned Run (s)",
        readonly=True,
        digits=(16, 3),
        help="PRI * PQ: what all pieces should have taken by their operations.",
    )
    state_seconds = fields.Json(
        readonly=True, help="Seconds in each PackML state, unknown included."
    )
    states_told = fields.Text("States", compute="_compute_told")
    good_quantity = fields.Float("Good", readonly=True, digits=(20, 9))
    scrap_quantity = fields.Float("Scrap", readonly=True, digits=(20, 9))
    stop_count = fields.Integer("Stops", readonly=True)
    figures = fields.Json(
        readonly=True, help="The key figures, null where they cannot be computed."
    )
    availability = fields.Float(readonly=True, digits=False, group_operator="avg")
    effectiveness = fields.Float(readonly=True, digits=False, group_operator="avg")
    quality = fields.Float(readonly=True, digits=False, group_operator="avg")
    oee = fields.Float("OEE", readonly=True, digits=False, group_operator="avg")
    figures_told = fields.Char("Key Figures", compute="_compute_told")
    is_complete = fields.Boolean(
        "Complete", readonly=True, help="All of the planned time is known."
    )

    _sql_constraints = [
        (
            "shift_unique",
            "unique (workcenter_id, begins_at)",
            "There is a summary of this shift already.",
        ),
    ]

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_shift_summary_ends_index
                ON mfg_shift_summary (workcenter_id, ends_at)
            """
        )

    @api.depends("workcenter_id", "shift", "day")
    def _compute_display_name(self):
        # sudo: who may see it may know its name, whatever rights on machines.
        for summary in self:
            summary.display_name = _(
                "%(workcenter)s, %(shift)s, %(day)s",
                workcenter=summary.sudo().workcenter_id.display_name,
                shift=summary.shift,
                day=summary.day,
            )

    @api.depends("state_seconds", "figures")
    def _compute_told(self):
        labels = {
            "availability": _("Availability"),
            "effectiveness": _("Effectiveness"),
            "quality": _("Quality"),
            "oee": _("OEE"),
        }
        for summary in self:
            spent = sorted((summary.state_seconds or {}).items())
            summary.states_told = "\n".join(f"{name}: {s:.3f} s" for name, s in spent)
            figures = summary.figures or {}
            told = [
                f"{label} {_percent(figures.get(name))}"
                for name, label in labels.items()
            ]
            if not summary.is_complete:
                told.append(_("not complete: %(s).0f s unknown", s=summary.unknown_s))
            summary.figures_told = ", ".join(told)

    # ---------------------------------------------------------------- messages

    def _tell(self):
        """Owe the summary to everybody who subscribed to it."""
        for summary in self:
            self.env["mfg.outbox.message"]._emit(TYPE, summary, summary._prepare_told())

    def _prepare_told(self):
        """The summary as its contract has it."""
        self.ensure_one()
        return {
            "work_center": self.workcenter_id.display_name,
            "plant": self.plant_id.code or None,
            "shift": self.shift,
            "day": self.day.isoformat(),
            "begins_at": f"{self.begins_at.isoformat()}Z",
            "ends_at": f"{self.ends_at.isoformat()}Z",
            "version": self.version,
            "planned_busy_time_s": self.planned_busy_s,
            "production_time_s": self.production_s,
            "down_time_s": self.down_s,
            "unknown_time_s": self.unknown_s,
            "state_seconds": self.state_seconds or {},
            "stop_count": self.stop_count,
            "good_quantity": self.good_quantity,
            "scrap_quantity": self.scrap_quantity,
            **(self.figures or {}),
            "is_complete": self.is_complete,
        }


def _percent(figure) -> str:
    return "–" if figure is None else f"{100 * figure:.1f} %"

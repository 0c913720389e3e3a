from odoo import _, api, fields, models

from ..protocols.operation_timer import Said, work_out

ACTIONS = [
    ("start", "Start"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("stop", "Stop"),
    ("complete", "Complete"),
]
STATES = [
    ("applied", "Applied"),
    ("held", "Waits for its start"),
    ("no_effect", "No effect"),
]


class MfgOperationReport(models.Model):
    """That an operator began, interrupted or finished an operation.

    The times of the work order follow from all reports together, so that a completion
    that comes before its start is held and then applied in its place.

    Only the methods of the suite write rows: nobody has the right to.
    """

    _name = "mfg.operation.report"
    _description = "Operation Report"
    _order = "reported_at desc, id desc"

    workorder_id = fields.Many2one(
        "mrp.workorder",
        "Operation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    production_id = fields.Many2one(
        related="workorder_id.production_id", string="Order", store=True, index=True
    )
    company_id = fields.Many2one(related="production_id.company_id", store=True)
    plant_id = fields.Many2one(
        related="production_id.mfg_plant_id", store=True, index="btree_not_null"
    )
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    reported_at = fields.Datetime(required=True, readonly=True)
    operator = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    event_id = fields.Many2one(
        "mfg.inbox.event", readonly=True, index="btree_not_null", ondelete="set null"
    )
    event_uuid = fields.Char("Event UUID", readonly=True)
    time_ids = fields.One2many(
        "mrp.workcenter.productivity", "mfg_opened_by_id", "Times Opened"
    )

    @api.depends("workorder_id", "action")
    def _compute_display_name(self):
        labels = dict(self._fields["action"]._description_selection(self.env))
        for report in self:
            operation = report.sudo().workorder_id.display_name
            report.display_name = f"{operation}: {labels.get(report.action)}"

    @api.model
    def _take(self, workorder, values, event=None):
        """Take what was said of an operation.

        :param values: ``action``, and where known ``reported_at`` (naive UTC),
            ``operator`` and ``user``
        :return: the report
        :raise GateError: the work begins, and a hold forbids it
        """
        event = event.sudo() if event else self.env["mfg.inbox.event"]
        user = values.get("user") or self.env["res.users"]
        # sudo: nobody writes reports by hand; work and times are the user's.
        report = self.sudo().create(
            {
                "workorder_id": workorder.id,
                "action": values["action"],
                "reported_at": values.get("reported_at")
                or (event and event.said_at)
                or fields.Datetime.now(),
                "operator": values.get("operator") or False,
                "user_id": user.id,
                "event_id": event.id,
                "event_uuid": event.uuid,
            }
        )
        workorder._mfg_follow_timer()
        return report.with_env(self.env)

    @api.model
    def _take_from_odoo(self, workorder, action):
        """Take what Odoo itself did to an operation, such as by a hold, or a person.

        It is of now, and the last of all that was said so far.
        """
        # sudo: reports are the hub's.
        said = workorder.sudo().mfg_operation_report_ids.mapped("reported_at")
        now = max([fields.Datetime.now(), *said])
        values = {"action": action, "reported_at": now, "user": self.env.user}
        return self._take(workorder, values)


class MrpWorkorder(models.Model):
    """An operation whose times follow from what was reported."""

    _inherit = "mrp.workorder"

    mfg_operation_report_ids = fields.One2many("mfg.operation.report", "workorder_id")

    def button_start(self, *args, **kwargs):
        """Extended: where reports say the times, a start by hand is one of them."""
        result = super().button_start(*args, **kwargs)
        if not self.env.context.get("mfg_by_reports"):
            # sudo: reports are the hub's.
            for workorder in self.sudo().filtered("mfg_operation_report_ids"):
                running = workorder.time_ids.filtered(lambda line: not line.date_end)
                if running and not running.mfg_opened_by_id:
                    self.env["mfg.operation.report"]._take_from_odoo(
                        workorder.with_env(self.env), "resume"
                    )
        return result

    def _mfg_follow_timer(self):
        """Have times and state say what the reports of the operation say."""
        self.ensure_one()
        # sudo: reports are the hub's.
        reports = self.mfg_operation_report_ids.sudo()
        timer = work_out(
            Said(report.id, report.action, report.reported_at) for report in reports
        )
        for report in reports:
            report.state = timer.outcomes[report.id]
        self._mfg_write_times(timer.intervals)
        if timer.completed_at and self.state not in ("done", "cancel"):
            self._mfg_following().button_finish()
            self.date_finished = max(timer.completed_at, self.date_start)

    def _mfg_write_times(self, intervals):
        """One line of productivity for each stretch of work, and no other of ours.

        Odoo cuts a line in two where it ends one that took longer than planned.
        """
        known = self.time_ids.filtered("mfg_opened_by_id").sorted("id")
        kept = known.browse()
        for interval in intervals:
            lines = known.filtered(
                lambda line, number=interval.opened_by: (
                    line.mfg_opened_by_id.id == number
                )
            )
            if interval.end is None and self.state in ("done", "cancel"):
                # Written once its end is reported: no clock runs on what is over.
                kept |= lines
                continue
            line = lines[:1] or self._mfg_open_timer(interval)
            kept |= line
            values = {
                "date_start": interval.start,
                "date_end": interval.end or False,
                "mfg_closed_by_id": interval.closed_by or False,
            }
            if any((line[name] or False) != value for name, value in values.items()):
                line.write(values)
        # sudo: what an earlier start made superfluous was the hub's own line.
        (known - kept).sudo().unlink()
        if intervals:
            self._mfg_drop_planned_times(intervals[0].start)

    def _mfg_drop_planned_times(self, since):
        """Have the times that were told take the place of those of the plan.

        What was reported as made before any work was told of keeps the time of its
        plan: nobody says how long that took.
        """
        # sudo: postings and their times are the hub's.
        planned = self.sudo().time_ids.filtered("mfg_posting_id")
        for posting in planned.mfg_posting_id:
            made_at = posting.report_ids.mapped("reported_at")
            if max(made_at, default=posting.posted_at) < since:
                planned -= posting.time_ids
        planned.unlink()

    def _mfg_open_timer(self, interval):
        """The line of a stretch of work that begins; the work order runs.

        A work order that is over, or whose work center is blocked, does not start: that
        it was worked on is a fact all the same.

        :raise GateError: a hold forbids it
        """
        report = self.env["mfg.operation.report"].browse(interval.opened_by)
        mine = self.time_ids.filtered(lambda line: not line.date_end)
        if interval.end is None and self.state not in ("done", "cancel"):
            if mine:
                # Started by hand, or by a report that is not the first any more: that
                # timer is the one.
                mine = mine[0]
            elif self.working_state != "blocked":
                following = self._mfg_following().with_context(mfg_by_reports=True)
                following.button_start()
                mine = self.time_ids.filtered(lambda line: not line.date_end)
        else:
            mine = mine.browse()
        line = mine[:1] or self.env["mrp.workcenter.productivity"].create(
            self._prepare_timeline_vals(0, interval.start, interval.end or False)
        )
        operator = report.sudo()
        values = {"mfg_opened_by_id": report.id}
        if operator.user_id:
            values["user_id"] = operator.user_id.id
        if operator.operator:
            values["description"] = _("Reported by %(who)s", who=operator.operator)
        line.write(values)
        if self.state not in ("done", "cancel", "progress"):
            self._mfg_following().write(
                {"state": "progress", "date_start": interval.start}
            )
        return line

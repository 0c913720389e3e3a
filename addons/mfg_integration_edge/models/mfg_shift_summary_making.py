from datetime import timedelta, timezone

from odoo import api, fields, models

from odoo.addons.mfg_integration_core.compat import units_per_cycle
from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction

from ..aggregation.made import made_between
from ..aggregation.stood import stood_at_sql
from ..protocols import iso22400
from ..protocols.state_history import seconds
from .mfg_edge_retention_history import SETTING

#: A shift is summed up so long after its end, when most of what is late has come.
GRACE = timedelta(minutes=2)
#: Shifts that one transaction sums up.
SHIFTS_AT_ONCE = 50
#: A day and its shifts are found from here on.
DAY = timedelta(days=1)
#: The time that shifts are looked for in at once.
SPAN = timedelta(days=32)
#: A shift of longer ago is not summed up for the first time where the history of
#: machines is kept for ever: somebody's clock was wrong.
EVER = timedelta(days=730)


class MfgShiftSummaryMaking(models.Model):
    """How shifts are summed up: after their end, in batches, and again when late."""

    _inherit = "mfg.shift.summary"

    @api.model
    def _cron_summarise(self):
        """Sum up what is due, a work center and some shifts per transaction."""
        now = fields.Datetime.now()

        def mark(env):
            env[self._name]._of_late_counts(now).is_due = True

        run_in_transaction(self.env.registry, mark, uid=self.env.uid)
        for workcenter_id in self._workcenters_told_of().ids:

            def summarise(env, workcenter_id=workcenter_id):
                workcenter = env["mrp.workcenter"].browse(workcenter_id).exists()
                return workcenter and env[self._name]._summarise(workcenter, now)

            while run_in_transaction(self.env.registry, summarise, uid=self.env.uid):
                pass

    @api.model
    def _summarise(self, workcenter, now):
        """Sum up the next shifts of a work center, and what came late.

        Whoever sums up at the same time, or records a state of one of the machines,
        waits and then looks again at what is left.

        :param now: naive UTC
        :return: whether there may be more to do
        """
        late = self.search(
            [("workcenter_id", "=", workcenter.id), ("is_due", "=", True)],
            limit=SHIFTS_AT_ONCE,
        )
        new = self._next_shifts(workcenter, now)[:SHIFTS_AT_ONCE]
        if late or new:
            workcenter._mfg_bump_hold_version()
            self._machines_told_at(workcenter)._mfg_bump_hold_version()
        for summary in late:
            spans = self.env["mfg.shift"]._between(
                workcenter, summary.begins_at, summary.begins_at + timedelta(seconds=1)
            )
            # In a schedule that was changed since, the shift is not found any more.
            whole = [(summary.begins_at, summary.ends_at)]
            summary._correct(spans[0][1] if spans else whole)
        for shift, spans in new:
            self._begin(workcenter, shift, spans)
        return len(late) == SHIFTS_AT_ONCE or bool(new)

    @api.model
    def _next_shifts(self, workcenter, now):
        """The next shifts that have ended and have no summary yet, in order.

        A machine stood there in them, and told a state before.
        """
        last = self.search([("workcenter_id", "=", workcenter.id)], limit=1)
        first = last.ends_at if last else self._first_told_at(workcenter)
        if first is None:
            return []
        first = max(first, now - self._reach(workcenter))
        begin = last.begins_at + timedelta(seconds=1) if last else first - DAY
        begin, end = max(begin, first - DAY), self._left_at(workcenter, now)
        found = []
        while begin < end and not found:
            until = min(begin + SPAN, end)
            found = [
                (shift, spans)
                for shift, spans in self.env["mfg.shift"]._between(
                    workcenter, begin, until
                )
                if first < _naive(shift.end) <= now - GRACE
                and self._stays(workcenter, _naive(shift.begin), _naive(shift.end))
            ]
            begin = until
        return found

    @api.model
    def _reach(self, workcenter):
        """How long ago a shift may be that is summed up for the first time."""
        days = self.env["mfg.setting"]._get(SETTING, workcenter)
        return timedelta(days=days) if days else EVER

    @api.model
    def _begin(self, workcenter, shift, spans):
        """The first version of the summary of a shift."""
        place = {
            "workcenter_id": workcenter.id,
            "company_id": workcenter.company_id.id or self.env.company.id,
            "plant_id": workcenter.mfg_plant_id.id,
            "shift": shift.name,
            "day": shift.day,
            "begins_at": _naive(shift.begin),
            "ends_at": _naive(shift.end),
            "version": 1,
        }
        found = self._figure_out(
            workcenter, place["begins_at"], place["ends_at"], spans
        )
        summary = self.create({**place, **found, "computed_at": fields.Datetime.now()})
        summary._tell()
        return summary

    def _correct(self, spans):
        """Compute it again; a new version where anything is different.

        Not any more when states of the shift are not kept: the rest would say less.
        """
        self.ensure_one()
        if self._is_settled():
            self.is_due = False
            return
        found = self._figure_out(
            self.workcenter_id, self.begins_at, self.ends_at, spans
        )
        before = {name: self[name] for name in found}
        self.write({**found, "is_due": False, "computed_at": fields.Datetime.now()})
        self.flush_recordset()
        self.invalidate_recordset()
        if any(self[name] != value for name, value in before.items()):
            self.version += 1
            self._tell()

    def _is_settled(self):
        """Whether the retention has removed states of before the shift was over."""
        machines = self._machines_told_at(self.workcenter_id)
        machines |= self.workcenter_id.mfg_equipment_ids
        kept = machines.mapped("mfg_history_since")
        return any(since and since > self.begins_at for since in kept)

    # ----------------------------------------------------------------- figures

    @api.model
    def _figure_out(self, workcenter, begin, end, spans):
        """Times, counts and key figures of a work center between two moments.

        :param begin: naive UTC, as ``end``
        :param spans: when it is planned to be busy, see ``mfg.shift._between``
        """
        spans = [(_naive(one), _naive(other)) for one, other in spans]
        stays = self._stays(workcenter, begin, end)
        spent, times = {}, [0.0, 0.0, 0.0, 0.0]
        for machine, since, until in stays:
            did = self.env["mfg.edge.state"]._segments(machine, since, until)
            planned = _within(spans, since, until)
            for state, told in seconds(did).items():
                spent[state] = round(spent.get(state, 0.0) + told, 6)
            both = zip(times, iso22400.elements(did, planned), strict=True)
            times = [round(sum(pair), 6) for pair in both]
        elements = iso22400.Elements(*times)
        good, scrap, planned_run = self._made(workcenter, begin, end)
        figures = iso22400.of_planned_run(
            pbt=elements.planned_busy_s,
            apt=elements.production_s,
            planned_run=planned_run,
            pq=good + scrap,
            gq=good,
            unknown=elements.unknown_s,
        )._asdict()
        is_complete = figures.pop("is_complete")
        return {
            **elements._asdict(),
            "planned_run_s": planned_run or 0.0,
            "state_seconds": spent,
            "good_quantity": good,
            "scrap_quantity": scrap,
            "stop_count": len(self._stops(stays)),
            "figures": figures,
            **{name: figure or 0.0 for name, figure in figures.items()},
            "is_complete": is_complete and bool(stays),
        }

    @api.model
    def _stops(self, stays):
        """The stops that were in these times, also those that began before."""
        found = self.env["mfg.edge.stop"].browse()
        for stay in stays:
            found |= found._between(*stay)
        return found

    @api.model
    def _made(self, workcenter, begin, end):
        """``(good, scrap, planned run time in s)`` of what machines counted there.

        The run time is None where a piece has no operation that says one.
        """
        good = scrap = planned_run = 0.0
        for workorder_id, of_good, of_scrap in self._counted(workcenter, begin, end):
            good, scrap = good + of_good, scrap + of_scrap
            work = self.env["mrp.workorder"].browse(workorder_id or [])
            per_item = self._run_time_s(work)
            if per_item is None or planned_run is None:
                planned_run = None
            else:
                planned_run += per_item * (of_good + of_scrap)
        return good, scrap, planned_run

    @api.model
    def _run_time_s(self, work):
        """PRI: seconds that one piece should take at its operation; None unknown."""
        operation, workcenter = work.operation_id, work.workcenter_id
        pieces = workcenter and units_per_cycle(workcenter, work.product_id)
        if not operation.time_cycle or not pieces:
            return None
        return operation.time_cycle * 60 / pieces * 100 / workcenter.time_efficiency

    @api.model
    def _counted(self, workcenter, begin, end):
        """``[(work order id, good, scrap)]`` of what was counted there in a time."""
        self._flush_counts()
        self.env.cr.execute(
            f"""
            SELECT workorder_id, sum(good_quantity)::float, sum(scrap_quantity)::float
              FROM ({made_between("%(begin)s", "%(end)s")}) made
             WHERE equipment_id = ANY(%(machines)s)
               AND {stood_at_sql("equipment_id", "started_at")} = %(workcenter)s
             GROUP BY workorder_id
             ORDER BY workorder_id
            """,
            {
                "machines": self._machines_told_at(workcenter).ids,
                "workcenter": workcenter.id,
                "begin": begin,
                "end": end,
            },
        )
        return self.env.cr.fetchall()

    @api.model
    def _flush_counts(self):
        self.env["mfg.edge.window"].flush_model()
        self.env["mfg.edge.window.range"].flush_model()


def _within(spans, since, until):
    """The parts of these times that lie between two moments."""
    cut = [(max(one, since), min(other, until)) for one, other in spans]
    return [(one, other) for one, other in cut if one < other]


def _naive(moment):
    """An instant as Odoo stores it."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone.utc).replace(tzinfo=None)

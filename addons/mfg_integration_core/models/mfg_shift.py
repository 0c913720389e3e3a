from datetime import timezone

from odoo import _, api, models
from odoo.tools import format_date

from ..compat import attendance_dates, is_of_everybody
from ..protocols.shift import Line, shift_at, shifts_between, worked_spans

#: Where a record says its work center, in the order in which it is asked.
WORKCENTER_PATHS = (
    "workcenter_id",
    "mfg_workcenter_id",
    "equipment_id.mfg_workcenter_id",
    "workorder_ids.workcenter_id",
)


class MfgShift(models.AbstractModel):
    """In which shift something happened: the one place that knows.

    A shift is a line of the working schedule of the work center, else of the company,
    read by the clock of the plant; see :mod:`..protocols.shift`.
    """

    _name = "mfg.shift"
    _description = "Shift"

    @api.model
    def _at(self, record, moment):
        """The shift that a moment was in, where the record belongs.

        :param record: a document, work center, event, hold, plant or company
        :param moment: naive UTC
        :return: a :class:`Shift`, None when nobody works then or no schedule is known
        """
        plan = self._plan_of(record)
        if plan is None:
            return None
        return shift_at(moment.replace(tzinfo=timezone.utc), *plan)

    @api.model
    def _between(self, record, begin, end):
        """The shifts that begin between two moments, where the record belongs.

        :param begin: naive UTC, as ``end``
        :return: ``[(Shift, [(from, until)])]``, with the times without the breaks
        """
        plan = self._plan_of(record)
        if plan is None:
            return []
        moments = (moment.replace(tzinfo=timezone.utc) for moment in (begin, end))
        return [
            (shift, worked_spans(shift, *plan))
            for shift in shifts_between(*moments, *plan)
        ]

    @api.model
    def _plan_of(self, record):
        """The working schedule and the clock that hold where the record belongs.

        :return: ``(lines, zone)``, None when no schedule is known
        """
        # sudo: who may see a document may know in which shift something happened.
        record = record.sudo()
        scope = self.env["mfg.plant"]._scope_of(record)[record.id]
        workcenter = self._workcenter_of(record)
        company = scope.company or workcenter.company_id or self.env.company.sudo()
        calendar = workcenter.resource_calendar_id or company.resource_calendar_id
        if not calendar:
            return None
        plant = scope.plant or workcenter.mfg_line_id.plant_id
        return self._lines_of(calendar), plant.tz or calendar.tz or "UTC"

    @api.model
    def _told(self, record, moment):
        """The shift in words, such as ``Night, 2 March 2026``; empty for none."""
        shift = self._at(record, moment) if record and moment else None
        if shift is None:
            return ""
        day = format_date(self.env, shift.day)
        return _("%(shift)s, %(day)s", shift=shift.name, day=day)

    @api.model
    def _workcenter_of(self, record):
        """The work center that a record is about; empty when it is of several."""
        none = self.env["mrp.workcenter"].sudo()
        if record._name == "mrp.workcenter":
            return record
        for path in WORKCENTER_PATHS:
            if self._leads(record, path):
                found = record.mapped(path)
                if found:
                    return found if len(found) == 1 else none
        if "res_model" in record._fields and hasattr(record, "_document"):
            document = record._document()
            if document:
                return self._workcenter_of(document)
        return none

    @api.model
    def _leads(self, record, path):
        """Whether the record has the path and work centers are at its end."""
        model = record
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None or not field.relational:
                return False
            model = self.env[field.comodel_name]
        return model._name == "mrp.workcenter"

    @api.model
    def _lines_of(self, calendar):
        """The working schedule as :func:`..protocols.shift.shift_at` wants it."""
        lines = []
        for line in calendar.attendance_ids:
            if line.display_type or line.day_period == "lunch":
                continue
            if not is_of_everybody(line):
                continue
            week = None
            if calendar.two_weeks_calendar and line.week_type:
                week = int(line.week_type)
            lines.append(
                Line(
                    line.name,
                    int(line.dayofweek),
                    line.hour_from,
                    line.hour_to,
                    week,
                    *attendance_dates(line),
                )
            )
        return lines

from datetime import timezone

from odoo import _, api, models
from odoo.tools import format_date

from ..compat import attendance_dates, is_of_everybody
from ..protocols.shift import Line, shift_at

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
        # sudo: who may see a document may know in which shift something happened.
        record = record.sudo()
        scope = self.env["mfg.plant"]._scope_of(record)[record.id]
        workcenter = self._workcenter_of(record)
        company = scope.company or workcenter.company_id or self.env.company.sudo()
        calendar = workcenter.resource_calendar_id or company.resource_calendar_id
        if not calendar:
            return None
        plant = scope.plant or workcenter.mfg_line_id.plant_id
        zone = plant.tz or calendar.tz or "UTC"
        moment = moment.replace(tzinfo=timezone.utc)
        return shift_at(moment, self._lines_of(calendar), zone)

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

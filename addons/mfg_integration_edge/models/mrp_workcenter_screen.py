from datetime import timezone

from odoo import _, api, fields, models

#: From what a work center says first, when its machines say different things.
WORST_FIRST = ("down", "under_maintenance", "unknown", "idle", "running")


class MrpWorkcenterScreen(models.Model):
    """What a screen in the hall shows of work centers."""

    _inherit = "mrp.workcenter"

    @api.model
    def get_mfg_line_screen(self, line_id=False):
        """The work centers with machines, of one line or of all, as they are now.

        Only those of the user's companies and plants: what is shown of them is read for
        anybody who may open the screen.

        :return: ``{"title": str, "workcenters": [{"id", "name", "availability",
            "state", "since", "order", "good", "scrap", "oee", "is_complete"}]}``;
            ``since`` in UTC, what nobody knows is False
        """
        domain = [
            ("mfg_equipment_ids", "!=", False),
            ("company_id", "in", [False, *self.env.companies.ids]),
        ]
        plants = self.env.user.mfg_plant_ids
        if plants:
            domain.append(("mfg_plant_id", "in", [False, *plants.ids]))
        if line_id:
            domain.append(("mfg_line_id", "=", line_id))
        # sudo: who stands in front of the screen need have no rights on work centers.
        found = self.sudo().search(domain, order="mfg_line_id, sequence, id")
        # The domain finds machines that were archived, too.
        workcenters = found.filtered("mfg_equipment_ids")
        line = self.env["mfg.line"].browse(line_id or [])
        return {
            "title": line.display_name or _("All lines"),
            "workcenters": [each._mfg_shown_on_screen() for each in workcenters],
        }

    def _mfg_shown_on_screen(self):
        """One work center, as :meth:`get_mfg_line_screen` says."""
        self.ensure_one()
        # sudo: who stands in front of the screen need have no rights on machines.
        machines = self.sudo().mfg_equipment_ids
        worst = min(
            machines.mapped(lambda each: each.mfg_availability or "unknown"),
            key=WORST_FIRST.index,
        )
        shown = machines.filtered(
            lambda each: (each.mfg_availability or "unknown") == worst
        )
        labels = dict(
            machines._fields["mfg_availability"]._description_selection(self.env)
        )
        since = max(
            (each for each in shown.mapped("mfg_state_since") if each), default=None
        )
        order = self._mfg_order_on_screen()
        return {
            "id": self.id,
            "name": self.display_name,
            "availability": worst,
            "state": labels[worst],
            "since": since and f"{since.replace(microsecond=0).isoformat()}Z",
            "order": order.name,
            "good": order.mfg_good_quantity,
            "scrap": order.mfg_scrap_quantity,
            **self._mfg_figures_of_shift(fields.Datetime.now()),
        }

    def _mfg_order_on_screen(self):
        """The order that is worked on here; empty for none."""
        # sudo: as above.
        work = self.env["mrp.workorder"].sudo()
        running = work.search(
            [("workcenter_id", "=", self.id), ("state", "=", "progress")],
            order="date_start desc, id desc",
            limit=1,
        )
        return running.production_id

    def _mfg_figures_of_shift(self, now):
        """``{"shift", "oee", "is_complete"}`` of the shift so far.

        :param now: naive UTC
        """
        # sudo: as above.
        shifts, summaries = self.env["mfg.shift"], self.env["mfg.shift.summary"].sudo()
        shift = shifts._at(self, now)
        if shift is None:
            return {"shift": False, "oee": False, "is_complete": False}
        begin = shift.begin.astimezone(timezone.utc).replace(tzinfo=None)
        today = shifts._between(self, begin, now)
        utc_now = now.replace(tzinfo=timezone.utc)
        spans = [
            (one, min(other, utc_now))
            for one, other in (today[0][1] if today else [])
            if one < utc_now
        ]
        found = summaries._figure_out(self, begin, now, spans)
        oee = found["figures"]["oee"]
        return {
            "shift": shift.name,
            "oee": False if oee is None else oee,
            "is_complete": found["is_complete"],
        }

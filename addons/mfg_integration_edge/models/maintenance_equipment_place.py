from odoo import _, fields, models


class MaintenanceEquipmentPlace(models.Model):
    _inherit = "maintenance.equipment"

    def write(self, vals):
        """Extended: its history says from when on a machine stands where."""
        if not {"mfg_workcenter_id", "active"} & vals.keys():
            return super().write(vals)
        before = {machine: machine._mfg_place() for machine in self}
        result = super().write(vals)
        for machine, place in before.items():
            if machine._mfg_place() != place:
                machine._mfg_note_place()
        return result

    def _mfg_place(self):
        """The work center where it stands; empty for a machine that is archived."""
        return self.mfg_workcenter_id if self.active else self.mfg_workcenter_id[:0]

    def _mfg_note_place(self):
        """Have a machine that has told a state go on with it at its new place."""
        # sudo: who moves a machine need have no rights on its history.
        history = self.env["mfg.edge.state"].sudo()
        now = fields.Datetime.now()
        last = history._last(self, now)
        if last:
            history._record(
                self,
                now,
                last.state,
                is_fault=last.is_fault,
                workcenter_id=self._mfg_place().id or None,
                why=_("It was moved."),
            )

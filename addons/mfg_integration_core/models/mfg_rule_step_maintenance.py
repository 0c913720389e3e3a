from odoo import _, fields, models

from ..protocols.maintenance_state import FINAL, UNDER_REPAIR
from .mfg_rule_step import Done, UndoByHandError


class MfgRuleStepMaintenance(models.Model):
    """The action that asks for maintenance, and how it is undone."""

    _inherit = "mfg.rule.step"

    def _do_maintenance(self):
        """Ask for maintenance of the equipment, unless this rule did and it is open."""
        equipment = self._targets()
        if equipment._name != "maintenance.equipment":
            found = self.env["mfg.rule.target"]._find(equipment, "equipment")
            equipment = found if found else self.env["maintenance.equipment"]
        equipment = equipment[:1]
        # Two causes at the same instant: the second starts again and sees the request.
        equipment._mfg_bump_hold_version()
        known = self._open_request(equipment)
        if known:
            told = _("%(request)s is open already.", request=known.display_name)
            return Done(told, known)
        request = self.env["maintenance.request"].create(
            self._prepare_request(equipment)
        )
        told = _("Asked for %(request)s.", request=request.display_name)
        return Done(told, request, {"request": request.id})

    def _undo_maintenance(self):
        """Cancel the request, unless somebody works on it already."""
        request_id = (self.undo_data or {}).get("request")
        request = self.env["maintenance.request"].browse(request_id or []).exists()
        if not request or request.mfg_state in FINAL:
            return _("There is no open request any more.")
        if request.mfg_state in UNDER_REPAIR:
            raise UndoByHandError(
                _(
                    "Somebody works on %(request)s. Agree with maintenance, then cancel"
                    " it.",
                    request=request.display_name,
                )
            )
        request.with_context(mfg_why=self._undo_reason()).write({"archive": True})
        return _("%(request)s was cancelled.", request=request.display_name)

    def _open_request(self, equipment):
        """The open request for the equipment that this rule asked for before."""
        rule = self.run_id.rule_id
        asked = self.search(
            [
                ("run_id.rule_id", "=", rule.id),
                ("made_model", "=", "maintenance.request"),
                ("state", "=", "done"),
            ]
        )
        return self.env["maintenance.request"].search(
            [
                ("id", "in", asked.mapped("made_id")),
                ("equipment_id", "=", equipment.id),
                ("mfg_state", "not in", FINAL),
            ],
            limit=1,
        )

    def _prepare_request(self, equipment):
        """Values of the maintenance request, made to be extended."""
        values = {
            "name": self._words(),
            "maintenance_type": "corrective",
            "equipment_id": equipment.id,
            "company_id": self.run_id.company_id.id,
            "request_date": fields.Date.context_today(self),
            "mfg_correlation_id": self._chain(),
            "mfg_case_id": self.run_id.case_id.id,
        }
        if equipment.maintenance_team_id:
            values["maintenance_team_id"] = equipment.maintenance_team_id.id
        return values

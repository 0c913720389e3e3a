from odoo import _, models

from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError

CLOSED = ("done", "cancel")


class MachineHandler(models.AbstractModel):
    """What the handlers of machine events share: which equipment, which order."""

    _name = "mfg.handler.machine"
    _inherit = "mfg.event.handler"
    _description = "Machine Event Handler"

    def _get_equipment(self, event):
        """The equipment that the event speaks of.

        :raise MissingReferenceError: when nothing says which one has this name
        """
        return self._named(event, "maintenance.equipment", event.data["equipment"])

    def _find_order(self, event, equipment):
        """The manufacturing order the machine works on; empty when nobody knows.

        The order that the machine names, else the one whose work order runs at the
        equipment's work center.
        """
        name = event.data.get("job_order")
        if name:
            return self.env["mrp.production"].search(
                [("name", "=", name), ("company_id", "=", event.company_id.id)]
            )
        running = self.env["mrp.workorder"].search(
            [
                ("workcenter_id", "=", equipment.mfg_workcenter_id.id),
                ("state", "=", "progress"),
                ("production_id.state", "not in", CLOSED),
            ],
            order="date_start desc, id desc",
            limit=1,
        )
        return running.production_id

    def _get_order(self, event, equipment):
        """The manufacturing order the machine works on.

        :raise MissingReferenceError: when there is none yet
        """
        order = self._find_order(event, equipment)
        if order:
            return order
        name = event.data.get("job_order")
        if name:
            detail = _(
                "%(equipment)s works on %(order)s, which is no manufacturing order"
                " here.",
                equipment=equipment.display_name,
                order=name,
            )
        else:
            detail = _(
                "%(equipment)s names no order and no work order runs at its work"
                " center %(workcenter)s. Start the work order.",
                equipment=equipment.display_name,
                workcenter=equipment.mfg_workcenter_id.display_name or _("(none)"),
            )
        raise MissingReferenceError(detail, model="mrp.production", key=name)

    def _join_open_case(self, event, equipment):
        """Let the event tell its part of the story that the equipment is in."""
        case = self._find_open_case(equipment)
        if case:
            event._set_correlation(case.correlation_id)

    def _find_open_case(self, equipment):
        """The case of a fault of this equipment that is not settled yet."""
        request = self.env["maintenance.request"].search(
            [
                ("equipment_id", "=", equipment.id),
                ("mfg_fault_code", "!=", False),
                ("mfg_case_id.state", "=", "open"),
            ],
            order="id desc",
            limit=1,
        )
        return request.mfg_case_id

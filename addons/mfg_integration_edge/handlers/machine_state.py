import logging

from odoo import _, fields, models

from odoo.addons.mfg_integration_core.exceptions import GateError
from odoo.addons.mfg_integration_core.protocols import packml
from odoo.addons.mfg_integration_core.protocols.freshness import Stand

from .machine import CLOSED

_logger = logging.getLogger(__name__)


class MachineStateHandler(models.AbstractModel):
    """A PackML state becomes the equipment's; a fault sets off what follows from it."""

    _name = "mfg.handler.machine.state"
    _inherit = "mfg.handler.machine"
    _description = "Machine State Handler"

    # What a machine sends late is nobody's decision; the log of events has it.
    _audits_stale = False

    def _handle(self, event):
        """The equipment in its new state, or the maintenance request of a new fault.

        A state that is older than the known one changes nothing.

        :raise MissingReferenceError: when the equipment is unknown
        """
        equipment = self._get_equipment(event)
        known = Stand(at=equipment.mfg_reported_at or None)
        if not self._is_news(event, equipment, Stand(at=event.said_at), known):
            return equipment
        equipment.mfg_reported_at = event.said_at
        request = self._find_open_request(equipment)
        if request:
            return self._follow_repair(event, equipment, request)
        if self._stops_production(event.data):
            return self._stop(event, equipment)
        return self._follow(event, equipment)

    # ------------------------------------------------------------------- state

    def _follow(self, event, equipment):
        """A state without a fault: note it, and start the work the machine began."""
        self._join_open_case(event, equipment)
        state = event.data["state"]
        equipment._mfg_report_state(state, at=event.said_at)
        if state == "Execute" and event.data.get("job_order"):
            # An order that nobody knows must not keep a later fault waiting.
            self._start_work(self._find_order(event, equipment), equipment)
        return equipment

    def _follow_repair(self, event, equipment, request):
        """A state while maintenance has the machine: note it and no more.

        That the machine moves or fails during its repair is part of the repair; only
        the end of the request makes it available.
        """
        event._set_correlation(request.mfg_correlation_id)
        equipment.mfg_packml_state = event.data["state"]
        return request if self._stops_production(event.data) else equipment

    def _start_work(self, order, equipment):
        """Start the order's work order at this equipment, as an operator would.

        Nothing is started that a person could not start either: a closed or draft
        order, a blocked work center, anything on hold. That the machine runs all the
        same is a fact, which waits for nobody.
        """
        work_orders = order.workorder_ids.filtered(
            lambda work: (
                work.workcenter_id == equipment.mfg_workcenter_id
                and work.state not in CLOSED
                and not work.mfg_active_hold_count
                and work.workcenter_id._mfg_can_run()
            )
        )
        is_free = not order.mfg_active_hold_count
        if not work_orders or not is_free or order.state in ("draft", *CLOSED):
            return
        try:
            with self.env.cr.savepoint():
                work_orders[0].button_start()
        except GateError as refusal:
            # Such as that of a partner who is down. The next state, which may be a
            # fault, must not wait behind this one.
            _logger.info("%s runs, but its work: %s", equipment, refusal)

    # ------------------------------------------------------------------- fault

    def _stops_production(self, data):
        """Whether the machine cannot go on: a fault state or a critical fault."""
        fault = data.get("fault") or {}
        return packml.is_fault(data["state"]) or fault.get("severity") == "critical"

    def _stop(self, event, equipment):
        """Equipment down, maintenance asked for, order on hold; once per fault.

        :return: the maintenance request
        """
        cause = self._describe_fault(event, equipment)
        equipment.mfg_packml_state = event.data["state"]
        equipment._mfg_set_availability("down", at=event.said_at, why=cause)
        case = self.env["mfg.case"]._ensure(event.correlation_id, cause, equipment)
        request = self.env["maintenance.request"].create(
            self._prepare_request(event, equipment, cause, case)
        )
        order = self._find_order(event, equipment).filtered(
            lambda order: order.state not in CLOSED
        )
        if order:
            # Before the work center is blocked, so that the hold sees which work ran.
            self.env["mfg.hold"]._place(
                order,
                reason_code="equipment_fault",
                reason=cause,
                blocker=request,
                clearer=self.env["mfg.setting"]._get("hold.clearer_fault", equipment),
                case=case,
            )
        if equipment.mfg_workcenter_id:
            equipment.mfg_workcenter_id._mfg_block(cause)
        return request

    def _find_open_request(self, equipment):
        """The request of a fault of this equipment that maintenance still has."""
        return self.env["maintenance.request"].search(
            [
                ("equipment_id", "=", equipment.id),
                ("mfg_fault_code", "!=", False),
                ("mfg_state", "not in", ("completed", "verified", "cancelled")),
            ],
            order="id desc",
            limit=1,
        )

    def _describe_fault(self, event, equipment):
        """One line for lists and holds, such as "Assembly Robot R1: SRV-4107 …"."""
        fault = event.data.get("fault") or {"code": event.data["state"]}
        return _(
            "%(equipment)s: %(code)s %(text)s",
            equipment=equipment.name,
            code=fault["code"],
            text=fault.get("text", ""),
        ).strip()

    def _prepare_request(self, event, equipment, cause, case):
        """Values of the maintenance request of a new fault."""
        fault = event.data.get("fault") or {}
        values = {
            "name": cause,
            "maintenance_type": "corrective",
            "equipment_id": equipment.id,
            "company_id": event.company_id.id,
            "request_date": fields.Date.context_today(self),
            "priority": "3" if fault.get("severity") == "critical" else "2",
            "mfg_fault_code": fault.get("code") or event.data["state"],
            "mfg_correlation_id": event.correlation_id,
            "mfg_case_id": case.id,
        }
        if equipment.maintenance_team_id:
            values["maintenance_team_id"] = equipment.maintenance_team_id.id
        return values

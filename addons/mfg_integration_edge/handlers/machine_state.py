import logging

from odoo import _, fields, models

from odoo.addons.mfg_integration_core.exceptions import GateError
from odoo.addons.mfg_integration_core.protocols import packml
from odoo.addons.mfg_integration_core.protocols.freshness import Stand, is_stale

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
        """The equipment in its new state, or the maintenance request of a fault.

        Whatever order they come in, the newest state is the machine's, and a fault
        that no repair has ended has maintenance and what it stopped on hold.
        What was sent afterwards, as history, is remembered and sets nothing off.

        :raise MissingReferenceError: when the equipment is unknown
        """
        equipment = self._get_equipment(event)
        self._remember(event, equipment)
        if event.historical:
            return equipment
        if self._stops_production(event.data):
            return self._hear_fault(event, equipment)
        known = self._known(equipment)
        if not self._is_news(event, equipment, self._said(event), known):
            return equipment
        self._note(event, equipment)
        request = self._find_open_request(equipment)
        if request:
            # That the machine moves during its repair is part of the repair; only the
            # end of the request makes it available.
            event._set_correlation(request.mfg_correlation_id)
            return equipment
        return self._follow(event, equipment)

    # ------------------------------------------------------------------- state

    def _known(self, equipment):
        """How new the newest state is that the machine has told.

        :return: :class:`Stand`
        """
        return Stand(at=equipment.mfg_reported_at or None)

    def _state(self, event):
        """The PackML state that the machine tells, in whichever words."""
        return packml.named(event.data["state"])

    def _note(self, event, equipment):
        """Keep the machine's newest state."""
        equipment.write(
            {
                "mfg_reported_at": event.said_at,
                "mfg_packml_state": self._state(event),
            }
        )
        self._end_silence(event, equipment)

    def _follow(self, event, equipment):
        """A state without a fault: take it over, and start the work it tells of."""
        self._join_open_case(event, equipment)
        state = self._state(event)
        equipment._mfg_report_state(state, at=event.said_at)
        if state == "Execute" and event.data.get("job_order"):
            # An order that nobody knows must not keep a later fault waiting.
            self._start_work(self._find_order(event, equipment), equipment)
        return equipment

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
        is_fault = packml.is_fault(packml.named(data["state"]))
        return is_fault or fault.get("severity") == "critical"

    def _hear_fault(self, event, equipment):
        """A fault, which may come after newer states, or after its own repair.

        Only maintenance ends a fault: a machine that has run since has not cleared it.
        So a fault that was overtaken stops what it would have stopped in time, unless
        the repair is over in which it belongs.

        :return: the maintenance request; the equipment for what is over
        """
        said, known = self._said(event), self._known(equipment)
        is_overtaken = is_stale(said, known)
        cleared = Stand(at=equipment.mfg_cleared_until or None)
        if is_stale(said, cleared):
            return self._leave_cleared(event, equipment)
        if not is_overtaken:
            self._note(event, equipment)
        request = self._find_open_request(equipment)
        if not request:
            return self._stop(event, equipment)
        # A fault of a machine under repair is part of the repair.
        event._set_correlation(request.mfg_correlation_id)
        cause = self._describe_fault(event, equipment)
        self._hold_order(event, equipment, request, cause)
        return request

    def _leave_cleared(self, event, equipment):
        """Tell of a fault that came after its repair, without effect.

        :return: the equipment
        """
        repair = self._find_last_repair(equipment)
        event._set_correlation(repair.mfg_correlation_id)
        why = _(
            "The machine had told of newer states, up to %(until)s UTC, when"
            " maintenance %(repair)s ended; this fault, of %(at)s UTC, was over then.",
            until=equipment.mfg_cleared_until,
            repair=repair.display_name or _("(deleted)"),
            at=event.said_at,
        )
        event._ignore("fault_cleared", why)
        chain = repair.mfg_correlation_id or event.correlation_id
        self.env["mfg.audit.entry"].with_context(mfg_correlation_id=chain)._append(
            equipment,
            "partner.ignored",
            new=self._name_fault(event),
            why=why,
        )
        return equipment

    def _stop(self, event, equipment):
        """Equipment down, maintenance asked for, order on hold; once per fault.

        :return: the maintenance request
        """
        cause = self._describe_fault(event, equipment)
        equipment._mfg_set_availability("down", at=event.said_at, why=cause)
        case = self.env["mfg.case"]._ensure(event.correlation_id, cause, equipment)
        request = self.env["maintenance.request"].create(
            self._prepare_request(event, equipment, cause, case)
        )
        # Before the work center is blocked, so that the hold sees which work ran.
        self._hold_order(event, equipment, request, cause)
        if equipment.mfg_workcenter_id:
            equipment.mfg_workcenter_id._mfg_block(cause)
        # sudo: see _remember.
        self.env["mfg.edge.stop"].sudo()._follow(equipment, event.said_at)
        return request

    def _hold_order(self, event, equipment, request, cause):
        """Hold the order that the fault stops, once for each repair.

        What a person has let go in spite of the repair stays free.
        """
        order = self._find_order(event, equipment).filtered(
            lambda order: order.state not in CLOSED
        )
        holds = self.env["mfg.hold"]
        known = [
            ("res_model", "=", order._name),
            ("res_id", "in", order.ids),
            ("blocker_model", "=", request._name),
            ("blocker_id", "=", request.id),
        ]
        if not order or holds.search_count(known, limit=1):
            return
        holds._place(
            order,
            reason_code="equipment_fault",
            reason=cause,
            blocker=request,
            clearer=self.env["mfg.setting"]._get("hold.clearer_fault", equipment),
            case=request.mfg_case_id,
        )

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

    def _find_last_repair(self, equipment):
        """The newest request of a fault of this equipment; empty when all are gone."""
        return self.env["maintenance.request"].search(
            [("equipment_id", "=", equipment.id), ("mfg_fault_code", "!=", False)],
            order="id desc",
            limit=1,
        )

    def _name_fault(self, event):
        """The machine's own words for the fault, such as "SRV-4107 Servo …"."""
        fault = event.data.get("fault") or {"code": self._state(event)}
        return f"{fault['code']} {fault.get('text', '')}".strip()

    def _describe_fault(self, event, equipment):
        """One line for lists and holds, such as "Assembly Robot R1: SRV-4107 …"."""
        return _(
            "%(equipment)s: %(fault)s",
            equipment=equipment.name,
            fault=self._name_fault(event),
        )

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
            "mfg_fault_code": fault.get("code") or self._state(event),
            "mfg_correlation_id": event.correlation_id,
            "mfg_case_id": case.id,
        }
        if equipment.maintenance_team_id:
            values["maintenance_team_id"] = equipment.maintenance_team_id.id
        return values

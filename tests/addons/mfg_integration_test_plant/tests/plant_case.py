"""An order, its machine, its lot and its partners; each can say whatever it likes."""

import uuid

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core.tests.common import ManufacturingCase

CONNECTION = ",".join(
    (
        "mfg_integration_core.group_connection",
        "mrp.group_mrp_user",
        "stock.group_stock_user",
        "maintenance.group_equipment_manager",
    )
)
WORKER = "base.group_user,mrp.group_mrp_user,stock.group_stock_user"
#: Who holds machines has to see them, too.
MASTER = f"{WORKER},maintenance.group_equipment_manager"
ROBOT = "ASSY-R1"
FAULT = {"code": "SRV-4107", "text": "Servo over-temperature", "severity": "critical"}
REPAIR, INSPECTION = "maintenance.request", "mfg.quality.inspection"


class PlantCase(ManufacturingCase):
    """The plant of the other tests with three live partners and three people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.edge, cls.cmms, cls.qms = (
            cls.given_partner(code) for code in ("edge-test", "cmms-test", "qms-test")
        )
        cls.env["mfg.binding"]._bind(cls.edge, cls.equipment, ROBOT)
        # 19.0 reads analytic lines of finished work before it comes to the lots.
        worker = f"{WORKER},analytic.group_analytic_accounting"
        cls.worker = new_test_user(cls.env, "stateful-worker", groups=worker)
        cls.operator, cls.approver = (
            new_test_user(
                cls.env,
                f"stateful-{role}",
                groups=f"{MASTER},mfg_integration_core.group_{role}",
            )
            for role in ("operator", "approver")
        )
        # What other tests have left unsealed is not to be sealed in every example.
        cls.env["mfg.audit.entry"]._cron_seal()

    @classmethod
    def given_partner(cls, code):
        # With an address to write notes from, as going live asks for.
        user = new_test_user(cls.env, code, groups=CONNECTION)
        connector = cls.env["mfg.connector"].create(
            {"name": code, "code": code, "state": "live", "user_id": user.id}
        )
        return connector

    # ------------------------------------------------------------ what partners say

    def hear_machine(self, state, at, order=None):
        """The machine tells its state; it works on the order, or on another one."""
        order = order or self.order
        data = {"equipment": ROBOT, "state": state, "job_order": order.name}
        if state == "Aborted":
            data["fault"] = FAULT
        self.hear(self.edge, "mfg.machine.state.v1", data, at)

    def hear_cmms(self, number, state, version, at):
        data = {"work_order": number, "state": state, "version": version}
        self.hear(self.cmms, "mfg.maintenance.reported.v1", data, at)

    def hear_qms(self, number, disposition, at):
        data = {
            "inspection": number,
            "disposition": disposition,
            "decided_by": "Ines Okafor",
            "decided_at": f"{at.isoformat()}Z",
        }
        self.hear(self.qms, "mfg.inspection.decided.v1", data, at)

    def hear(self, connector, event_type, data, at):
        """Handle an event as a worker does: as the connector's user."""
        event_id = str(uuid.uuid4())
        event = self.env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid.uuid4()),
                "connector_id": connector.id,
                "company_id": connector.company_id.id,
                "event_id": event_id,
                "event_type": event_type,
                "event_time": at,
                "received_at": fields.Datetime.now(),
                "ordering_key": next(iter(data.values())),
                "correlation_id": str(uuid.uuid4()),
                "state": "processing",
                "payload": {
                    "specversion": "1.0",
                    "id": event_id,
                    "source": "/partner",
                    "type": event_type,
                    "data": data,
                },
            }
        )
        context = {
            "mfg_connector_id": connector.id,
            "allowed_company_ids": connector.company_id.ids,
        }
        as_user = event.with_user(connector.user_id).with_context(**context)
        as_user._handle_as_user()

    def bind_new(self):
        """Let the partners answer with their numbers for what they were asked."""
        known = self.env["mfg.binding"]
        for connector, documents in (
            (self.cmms, self.repairs()),
            (self.qms, self.inspections()),
        ):
            bound = known._external_ids(documents)
            for document in documents.filtered(lambda each, b=bound: each.id not in b):
                known._bind(connector, document, self.number_of(document))

    # ---------------------------------------------------------------- what people do

    def place(self, document, reason):
        self.env["mfg.hold.place"].with_user(self.operator).with_context(
            active_model=document._name, active_ids=document.ids
        ).create({"reason": reason}).action_place()

    def lift(self, hold):
        wizard = self.env["mfg.hold.lift"].with_user(self.operator)
        wizard.create(
            {"hold_ids": [(6, 0, hold.ids)], "reason": "Looked at it"}
        ).action_lift()

    def override(self):
        """One person asks for leave to pass the order's gates once, another grants."""
        self.env["mfg.override.ask"].with_user(self.operator).with_context(
            active_model=self.order._name, active_id=self.order.id
        ).create({"reason": "The truck leaves"}).action_ask()
        asked = self.env["mfg.override"].search([("state", "=", "requested")])
        self.env["mfg.override.verdict"].with_user(self.approver).create(
            {
                "row_ids": [(6, 0, asked.ids)],
                "verdict": "grant",
                "note": "Checked the lot",
            }
        ).action_confirm()

    def finish(self, user=None):
        """Finish the order, whatever Odoo would like to ask about its quantities."""
        order = self.order.with_user(user or self.worker)
        self.scene.ready_to_finish(order)
        return order.with_context(
            skip_backorder=True, skip_consumption=True
        ).button_mark_done()

    # -------------------------------------------------------------------- how it is

    @property
    def work(self):
        return self.order.workorder_ids

    def holdable(self):
        """Everything that a hold may keep the order from going on by."""
        return (self.order, self.work, self.lot, self.equipment, self.workcenter)

    def repairs(self):
        domain = [("equipment_id", "=", self.equipment.id)]
        return self.env[REPAIR].search(domain, order="id")

    def inspections(self):
        domain = [("production_id", "=", self.order.id)]
        return self.env[INSPECTION].search(domain, order="id")

    def number_of(self, document):
        """Under which number the partner keeps the document."""
        return f"{'WO' if document._name == REPAIR else 'Q'}-{document.id}"

    def active_holds(self, *documents):
        """The active holds of the documents, by a look into the table."""
        holds = self.env["mfg.hold"]
        for each in documents:
            domain = [("res_model", "=", each._name), ("res_id", "in", each.ids)]
            holds |= holds.search([*domain, ("state", "=", "active")])
        return holds

    def against(self, *documents):
        """The active holds of the documents that no override stands up to."""
        usable = self.env["mfg.override"]._usable_for(self.order)
        return self.active_holds(*documents) - usable.hold_ids

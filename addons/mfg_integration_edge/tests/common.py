"""The scene of the edge tests: one robot, its work center and an order."""

from datetime import datetime
from uuid import uuid4

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mfg_integration_core import compat

from ..event_store import store_batch
from ..protocols.event_identity import event_uuid
from ..protocols.machine_event import EdgeEvent
from ..protocols.machine_events import COUNT, STATE

ROBOT = "ASSY-R1"
#: What the user of a connector for machines needs; README and demo say the same.
CONNECTION_GROUPS = ",".join(
    (
        "mfg_integration_core.group_connection",
        "mrp.group_mrp_user",
        "stock.group_stock_user",
        "maintenance.group_equipment_manager",
    )
)


def envelope(event_id, event_type, equipment=ROBOT, **data):
    """A CloudEvent as a machine sends it; its id counts the seconds of the day."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": f"urn:plant:machine:{equipment}",
        "type": event_type,
        "time": "2026-03-02T09:40:58Z",
        "data": {"equipment": equipment, **data},
    }


def count(event_id, good, scrap=0, **data):
    """A count event."""
    return envelope(event_id, COUNT, good_quantity=good, scrap_quantity=scrap, **data)


def state(event_id, name, **data):
    """A state event."""
    return envelope(event_id, STATE, state=name, **data)


def store(cr, connector_id, envelopes, received_at=None):
    """Store a request's events as the door does; their statuses."""
    return store_batch(
        cr,
        connector_id,
        [EdgeEvent.of_cloudevent(connector_id, event) for event in envelopes],
        received_at=received_at or datetime.utcnow(),
        batch_uuid=uuid4(),
    )


class EdgeCase(TransactionCase):
    """A robot at an assembly line that works on an order of 120 gearboxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        robot_user = new_test_user(cls.env, "edge-robot", groups=CONNECTION_GROUPS)
        cls.connector = cls.env["mfg.connector"].create(
            {
                "name": "Assembly Edge",
                "code": "assembly-edge-test",
                "state": "live",
                "user_id": robot_user.id,
            }
        )
        cls.workcenter = cls.env["mrp.workcenter"].create({"name": "Assembly Line 1"})
        cls.robot = cls.env["maintenance.equipment"].create(
            {"name": "Assembly Robot R1", "mfg_workcenter_id": cls.workcenter.id}
        )
        cls.env["mfg.binding"]._bind(cls.connector, cls.robot, ROBOT)
        storable = compat.storable_vals(cls.env)
        cls.housing, cls.grease = cls.env["product.product"].create(
            [
                {"name": "Housing", "tracking": "lot", **storable},
                {"name": "Grease", **storable},
            ]
        )
        cls.gearbox = cls.env["product.product"].create(
            {"name": "Gearbox GB-200", "tracking": "lot", **storable}
        )
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.gearbox.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": cls.housing.id, "product_qty": 1}),
                    Command.create({"product_id": cls.grease.id, "product_qty": 0.25}),
                ],
                "operation_ids": [
                    Command.create(
                        {"name": "Assembly", "workcenter_id": cls.workcenter.id}
                    )
                ],
            }
        )
        cls._stock(cls.housing, 500, lot="H-1")
        cls._stock(cls.grease, 500)
        cls.order = cls._order(120)
        cls.given_reports(False)
        cls.given_gathering(0)

    @classmethod
    def given_gathering(cls, seconds):
        """How long counts are gathered; not at all, unless a test is about it."""
        everywhere = cls.env["res.company"]
        cls.env["mfg.setting"]._set("counts.gathered_s", everywhere, seconds)

    @classmethod
    def given_reports(cls, wanted):
        """Whether counts become reports, where the addon is there that does so.

        Without, the tests are about what this addon does by itself.
        """
        settings = cls.env["mfg.setting"]
        if "mes.machines_report" in settings._registry():
            settings._set("mes.machines_report", cls.env.company, wanted)

    @classmethod
    def _stock(cls, product, quantity, lot=None):
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        lot = lot and cls._lot(product, lot)
        cls.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity, lot_id=lot
        )

    @classmethod
    def _lot(cls, product, name):
        return cls.env["stock.lot"].create(
            {
                "name": name,
                "product_id": product.id,
                "company_id": cls.env.company.id,
            }
        )

    @classmethod
    def _order(cls, quantity):
        order = cls.env["mrp.production"].create(
            {
                "product_id": cls.gearbox.id,
                "product_qty": quantity,
                "bom_id": cls.bom.id,
            }
        )
        order.action_confirm()
        order.action_assign()
        lot = cls._lot(cls.gearbox, f"GB-{order.name}")
        compat.set_producing_lots(order, lot)
        return order

    # ------------------------------------------------------------------- given

    def given_batch(self, *envelopes, received_at=None):
        """A request with these events, stored and committed as far as a test can."""
        return store(self.env.cr, self.connector.id, envelopes, received_at)

    def given_batch_event(self, event):
        """The inbox event that a single machine event became."""
        self.given_batch(event)
        self.aggregate()
        return self.inbox()[-1]

    # -------------------------------------------------------------------- when

    def aggregate(self):
        """One transaction of the aggregator; how many batches it took."""
        self.env.flush_all()
        done = self.env["mfg.edge.batch"]._aggregate(self.connector)
        self.env.invalidate_all()
        return done

    def handle(self, event):
        """Send one machine event all the way; the document that it was about.

        It is handled with no more rights than a connector's user has.
        """
        inbox_event = self.given_batch_event(event)
        inbox_event.state = "processing"
        inbox_event.with_user(self.connector.user_id)._handle_as_user()
        self.env.invalidate_all()
        return inbox_event._document()

    # -------------------------------------------------------------------- then

    def inbox(self):
        """What the connector's inbox holds, in order of arrival."""
        return self.env["mfg.inbox.event"].search(
            [("connector_id", "=", self.connector.id)], order="id"
        )

    def windows(self):
        """The proof ledger of the connector, in order."""
        return self.env["mfg.edge.window"].search(
            [("connector_id", "=", self.connector.id)], order="id"
        )

    def uuid_of(self, event_id):
        """The server's uuid of an event of the connector."""
        return str(event_uuid(self.connector.id, event_id))

import base64
import uuid

from odoo import fields
from odoo.tests import new_test_user

from .common import ManufacturingScene

#: Stands in every body of plant B; whoever reads it has read too much.
SECRET = "only plant B may know"
ROLES = ("viewer", "operator", "approver", "administrator", "auditor")


class PlantsScene:
    """Two plants of one company, each with a connector and all that it exchanged.

    An addon with models of its own has a scene of its own, see :meth:`given_rows`.
    """

    def __init__(self, env):
        self.env = env
        self.scene = ManufacturingScene(env)
        self.plants, self.rows = {}, {}
        for name in ("A", "B"):
            self.plants[name] = self.scene.plant(f"Plant {name}", code=name)
            self.rows[name] = self.given_rows(self.plants[name])
        env.flush_all()

    def user(self, role, *plants, login=None):
        """A user of the role who is of the plants, of all of them without any."""
        user = new_test_user(
            self.env,
            login or f"plant-{role}-{uuid.uuid4().hex[:6]}",
            f"mfg_integration_core.group_{role}",
        )
        user.mfg_plant_ids = self.env["mfg.plant"].union(*plants)
        return user

    def given_connector(self, plant):
        return self.env["mfg.connector"].create(
            {
                "name": f"MES {plant.code}",
                "code": f"mes-{plant.code.lower()}-{uuid.uuid4().hex[:6]}",
                "plant_id": plant.id,
            }
        )

    def given_workcenter(self, plant):
        """A work center at a line of the plant."""
        workcenter = self.scene.workcenter(f"Press {plant.code}")
        self.scene.line(plant, workcenters=workcenter)
        return workcenter

    def given_rows(self, plant):
        """``{model: record}``: one record of each kind that is the plant's alone."""
        connector = self.given_connector(plant)
        workcenter = self.given_workcenter(plant)
        rows = self.given_exchange(connector, plant)
        case = self.env["mfg.case"]._ensure(
            rows["mfg.inbox.event"].correlation_id, f"Fault: {SECRET}", workcenter
        )
        hold = self.env["mfg.hold"]._place(
            workcenter, reason_code="manual", reason=SECRET, case=case
        )
        entry = self.env["mfg.audit.entry"].search(
            [("action", "=", "hold.placed"), ("res_id", "=", workcenter.id)],
            limit=1,
        )
        return {
            "mfg.connector": connector,
            "mfg.case": case,
            "mfg.hold": hold,
            "mfg.audit.entry": entry,
            "mfg.override": self.given_override(workcenter),
            "mfg.change": self.given_change(connector),
            "mfg.quarantine": self.given_quantity_on_hold(plant),
            **rows,
        }

    def given_override(self, workcenter):
        """Leave that was asked for to pass the hold of a work center."""
        end = fields.Datetime.add(fields.Datetime.now(), hours=1)
        return self.env["mfg.override"]._ask(workcenter, SECRET, valid_until=end)

    def given_change(self, connector):
        """A change of the connector's policy that waits for a second person."""
        return self.env["mfg.change"].create(
            {
                **self.env["mfg.change"]._prepare(connector),
                "difference": SECRET,
                "asked_at": fields.Datetime.now(),
            }
        )

    def given_warehouse(self, plant):
        return self.env["stock.warehouse"].create(
            {
                "name": f"Stock {plant.code}",
                "code": plant.code,
                "mfg_plant_id": plant.id,
            }
        )

    def given_quantity_on_hold(self, plant):
        """Goods in a warehouse of the plant, a part of which is on hold."""
        warehouse = self.given_warehouse(plant)
        goods = self.scene.product(f"Seal {plant.code}")
        self.env["stock.quant"]._update_available_quantity(
            goods, warehouse.lot_stock_id, 5
        )
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", goods.id),
                ("location_id", "=", warehouse.lot_stock_id.id),
            ]
        )
        hold = self.env["mfg.quarantine"]._set_aside(
            quant, 2, reason_code="manual", reason=SECRET
        )
        return hold._document()

    def given_exchange(self, connector, plant):
        """An event and a message of the connector, and what is told about them."""
        body = base64.b64encode(SECRET.encode())
        shared = {
            "connector_id": connector.id,
            "company_id": connector.company_id.id,
            "plant_id": plant.id,
            "event_type": "mfg.ping.v1",
            "ordering_key": "one",
            "cause": "test",
            "failed_at": fields.Datetime.now(),
            "state": "dead",
        }
        event = self.env["mfg.inbox.event"].create(
            {
                **shared,
                "uuid": str(uuid.uuid4()),
                "event_id": uuid.uuid4().hex,
                "correlation_id": str(uuid.uuid4()),
                "received_at": fields.Datetime.now(),
                "payload": {"data": {"note": SECRET}},
                "body": body,
            }
        )
        message = self.env["mfg.outbox.message"].create(
            {
                **shared,
                "uuid": str(uuid.uuid4()),
                "correlation_id": event.correlation_id,
                "snapshot": {"data": {"note": SECRET}},
            }
        )
        attempt = self.env["mfg.delivery.attempt"].create(
            {
                "message_id": message.id,
                "number": 1,
                "started_at": fields.Datetime.now(),
                "request_body": body,
            }
        )
        version = self.env["mfg.payload.version"].create(
            {
                "event_id": event.id,
                "number": 1,
                "content": SECRET,
                "edited_at": fields.Datetime.now(),
            }
        )
        self.env.flush_all()
        mine = {"connector_id": connector.id}
        binding = {**mine, "res_model": "res.partner", "res_id": 1, "external_id": "1"}
        word = {**mine, "map_name": "reason", "partner_code": SECRET, "value": "other"}
        maps = self.env["mfg.map.version"].create(mine)
        # Of another type than the rows have: it hides nothing of them.
        other = self.env.ref("mfg_integration_core.mfg_event_type_rule_fired")
        masked = {**mine, "event_type_id": other.id, "path": "data.text"}
        trial = {"version_id": maps.id, "event_id": event.id, "before": SECRET}
        return {
            "mfg.value.map": self.env["mfg.value.map"].create(word),
            "mfg.map.version": maps,
            "mfg.masking.rule": self.env["mfg.masking.rule"].create(masked),
            "mfg.map.trial": self.env["mfg.map.trial"].create(trial),
            "mfg.inbox.event": event,
            "mfg.outbox.message": message,
            "mfg.delivery.attempt": attempt,
            "mfg.payload.version": version,
            "mfg.integration.log": self.env["mfg.integration.log"].browse(event.id),
            "mfg.dead.letter": self.env["mfg.dead.letter"].browse(message.id),
            "mfg.binding": self.env["mfg.binding"].create(binding),
            "mfg.lane": self.env["mfg.lane"].create(
                {**mine, "direction": "out", "key": "one"}
            ),
            "mfg.ownership": self.env["mfg.ownership"].create(
                {"model": "stock.lot", "target": "all", "plant_id": plant.id}
            ),
            "mfg.decision": self.env["mfg.decision"].create(
                {
                    **mine,
                    "res_model": "res.partner",
                    "res_id": 1,
                    "target": "name",
                    "wanted_value": SECRET,
                    "event_uuid": event.uuid,
                    "company_id": connector.company_id.id,
                    "plant_id": plant.id,
                }
            ),
        }

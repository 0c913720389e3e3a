"""Two plants with machines of their own, and what these told."""

from datetime import timedelta

from odoo import fields

from odoo.addons.mfg_integration_core.tests.plants_case import SECRET, PlantsScene

from .. import enrolment_store
from ..protocols.device_enrolment import Application
from .common import count, store


class EdgePlantsScene(PlantsScene):
    """Rows of each model that tells of machines, one for each plant."""

    def given_rows(self, plant):
        """Extended: only what machines told."""
        connector = self.given_connector(plant)
        robot = self.scene.equipment(self.given_workcenter(plant), SECRET)
        return {
            **self.given_counts(connector, robot),
            **self.given_device(connector),
            **self.given_history(robot),
        }

    def given_counts(self, connector, robot):
        """What came through the edge door, and the sums of it."""
        store(self.env.cr, connector.id, [count("c1", 3, job_order=SECRET)])
        self.env.flush_all()
        self.env["mfg.edge.batch"]._aggregate(connector)
        told = {"connector_id": connector.id, "equipment": SECRET, "source": SECRET}
        moment = {"started_at": fields.Datetime.now()}
        of_connector = [("connector_id", "=", connector.id)]
        window = self.env["mfg.edge.window"].search(of_connector)
        return {
            "mfg.edge.batch": self.env["mfg.edge.batch"].search(of_connector),
            "mfg.edge.event": self.env["mfg.edge.event"].search(of_connector),
            "mfg.edge.window": window,
            "mfg.edge.window.range": window.range_ids,
            "mfg.edge.series": self.env["mfg.edge.series"].create(told),
            "mfg.edge.context": self.env["mfg.edge.context"].create(
                {
                    **told,
                    **moment,
                    "received_at": moment["started_at"],
                    "event_uuid": SECRET,
                    "barcode": SECRET,
                }
            ),
        }

    def given_device(self, connector):
        """A device that has a machine, asks to be let in and has lost events."""
        device = self.env["mfg.edge.device"].create(
            {"name": SECRET, "connector_id": connector.id, "source": SECRET}
        )
        now = fields.Datetime.now()
        enrolment_store.apply(
            self.env.cr,
            connector.id,
            Application(SECRET, f"{device.id:064d}", SECRET),
            at=now,
            address=SECRET,
        )
        of_device = {"connector_id": connector.id, "device_id": device.id}
        return {
            "mfg.edge.device": device,
            "mfg.edge.enrolment": self.env["mfg.edge.enrolment"].search(
                [("device_id", "=", device.id)]
            ),
            "mfg.edge.machine": self.env["mfg.edge.machine"].create(
                {**of_device, "name": SECRET}
            ),
            "mfg.edge.gap": self.env["mfg.edge.gap"].create(
                {
                    **of_device,
                    "boot": 1,
                    "first_missing": 2,
                    "last_missing": 3,
                    "found_at": now,
                    "note": SECRET,
                }
            ),
        }

    def given_history(self, robot):
        """What the machine did, and what became of it."""
        now = fields.Datetime.now()
        hour_ago = now - timedelta(hours=1)
        self.env["mfg.edge.state"]._record(
            robot, hour_ago, "Held", why=SECRET, event_uuid=SECRET
        )
        of_robot = [("equipment_id", "=", robot.id)]
        place = {
            "company_id": robot.company_id.id,
            "plant_id": robot.mfg_plant_id.id,
        }
        self.env["mfg.edge.alarm"]._told(robot, hour_ago, is_active=True, code=SECRET)
        return {
            "mfg.edge.state": self.env["mfg.edge.state"].search(of_robot),
            "mfg.edge.stop": self.env["mfg.edge.stop"].search(of_robot),
            "mfg.edge.alarm": self.env["mfg.edge.alarm"].search(of_robot),
            "mfg.edge.crossing": self.env["mfg.edge.crossing"].create(
                {
                    **place,
                    "equipment_id": robot.id,
                    "measurement": SECRET,
                    "crossed_at": hour_ago,
                }
            ),
            "mfg.shift.summary": self.env["mfg.shift.summary"].create(
                {
                    **place,
                    "workcenter_id": robot.mfg_workcenter_id.id,
                    "shift": SECRET,
                    "day": hour_ago.date(),
                    "begins_at": hour_ago,
                    "ends_at": now,
                }
            ),
        }

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .. import enrolment_store
from ..protocols.device_enrolment import Application
from ..protocols.machine_events import ALARM, CONDITION
from .common import ROBOT, EdgeCase, count, envelope, state

#: What machines sent, and who of them asked to be let in.
SENT = ("mfg.edge.batch", "mfg.edge.event", "mfg.edge.window")
MODELS = (*SENT, "mfg.edge.device", "mfg.edge.enrolment")


class TestAccess(EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = new_test_user(
            cls.env, "edge-viewer", groups="mfg_integration_core.group_viewer"
        )

    def setUp(self):
        super().setUp()
        self.given_batch(count("c1", 3))
        self.aggregate()
        enrolment_store.apply(
            self.env.cr,
            self.connector.id,
            Application(f"urn:plant:machine:{ROBOT}", "0" * 64, "Robot"),
            at=self.env.cr.now(),
            address="10.0.0.7",
        )

    def seen(self, model):
        """How many records of the connector the viewer sees."""
        return (
            self.env[model]
            .with_user(self.viewer)
            .search_count([("connector_id", "=", self.connector.id)])
        )

    def test_a_viewer_sees_what_machines_sent(self):
        for model in MODELS:
            with self.subTest(model=model):
                self.assertEqual(self.seen(model), 1)

    def test_n3_viewer_of_another_plant_sees_none_of_it(self):
        ours, theirs = (
            self.env["mfg.plant"].create({"name": name, "code": name})
            for name in ("A", "B")
        )
        self.connector.plant_id = ours

        for plant, found in ((ours, True), (theirs, False)):
            self.viewer.mfg_plant_ids = plant
            for model in MODELS:
                self.assertEqual(self.seen(model), int(found), model)

    def test_a_viewer_of_another_company_sees_none_of_it(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.viewer.write(
            {"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id}
        )

        for model in MODELS:
            with self.subTest(model=model):
                self.assertEqual(self.seen(model), 0)

    def test_n3_states_stops_and_alarms_are_seen_by_their_plant_only(self):
        ours, theirs = (
            self.env["mfg.plant"].create({"name": name, "code": name})
            for name in ("A", "B")
        )
        self.workcenter.mfg_line_id = self.env["mfg.line"].create(
            {"name": "Assembly", "code": "ASM", "plant_id": ours.id}
        )
        self.handle(state("s1", "Held"))
        self.handle(envelope("a1", ALARM, code="OIL-12", active=True))
        reading = {"measurement": "heat", "value": 61, "threshold": 60}
        self.handle(envelope("c2", CONDITION, **reading))
        models = ("state", "stop", "alarm", "crossing")

        for plant, found in ((ours, 1), (theirs, 0)):
            self.viewer.mfg_plant_ids = plant
            for name in models:
                model = self.env[f"mfg.edge.{name}"].with_user(self.viewer)
                of_robot = [("equipment_id", "=", self.robot.id)]
                self.assertEqual(model.search_count(of_robot), found, name)

    def test_who_has_no_rights_on_machines_opens_what_they_told(self):
        self.handle(state("s1", "Held"))
        self.handle(envelope("a1", ALARM, code="OIL-12", active=True))

        for name in ("state", "stop", "alarm"):
            of_robot = [("equipment_id", "=", self.robot.id)]
            told = self.env[f"mfg.edge.{name}"].search(of_robot, limit=1)
            self.env.invalidate_all()
            with self.subTest(name=name):
                shown = told.with_user(self.viewer).display_name
                self.assertIn(self.robot.name, shown)

    def shown_on_screen(self):
        """Names of the work centers on the viewer's screen."""
        workcenters = self.env["mrp.workcenter"].with_user(self.viewer)
        shown = workcenters.get_mfg_line_screen()["workcenters"]
        return [workcenter["name"] for workcenter in shown]

    def test_g10_a_viewer_sees_the_line_screen_of_the_own_company_and_plant(self):
        self.assertIn(self.workcenter.name, self.shown_on_screen())

        plant = self.env["mfg.plant"].create({"name": "B", "code": "B"})
        line = self.env["mfg.line"].create(
            {"name": "Other", "code": "OTH", "plant_id": plant.id}
        )
        self.workcenter.mfg_line_id = line
        self.viewer.mfg_plant_ids = self.env["mfg.plant"].create(
            {"name": "A", "code": "A"}
        )
        self.assertNotIn(self.workcenter.name, self.shown_on_screen())

        self.viewer.mfg_plant_ids = False
        self.workcenter.mfg_line_id = False
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.viewer.write(
            {"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertNotIn(self.workcenter.name, self.shown_on_screen())

    def test_nobody_changes_what_machines_sent(self):
        administrator = self.env.ref("base.user_admin")
        for model in (*SENT, "mfg.edge.enrolment"):
            record = self.env[model].search([], limit=1).with_user(administrator)
            with self.subTest(model=model):
                with self.assertRaises(AccessError):
                    record.write({"connector_id": self.connector.id})
                with self.assertRaises(AccessError):
                    record.unlink()

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from odoo.addons.mfg_integration_core.tests.plants_checks import (
    PlantsChecks,
    PlantsOverHttpChecks,
)

from .plants_case import EdgePlantsScene


@tagged("post_install", "-at_install")
class TestEdgePlants(PlantsChecks, TransactionCase):
    """What the machines of one plant tell is none of another plant's business."""

    scene_class = EdgePlantsScene
    unwritten = (
        "mfg.edge.alarm",
        "mfg.edge.batch",
        "mfg.edge.context",
        "mfg.edge.crossing",
        "mfg.edge.enrolment",
        "mfg.edge.event",
        "mfg.edge.gap",
        "mfg.edge.machine",
        "mfg.edge.series",
        "mfg.edge.state",
        "mfg.edge.stop",
        "mfg.edge.window",
        "mfg.edge.window.range",
        "mfg.shift.summary",
    )

    def test_n3_every_model_of_this_addon_that_is_stored_is_tried(self):
        self.assertEqual(
            set(self.scene.rows["A"]),
            self.stored_models("mfg_integration_edge"),
        )

    def test_n3_line_screen_shows_work_centers_of_the_users_plants(self):
        user = new_test_user(self.env, "in-the-hall", "mrp.group_mrp_user")
        user.mfg_plant_ids = self.a

        shown = self.env["mrp.workcenter"].with_user(user).get_mfg_line_screen()

        names = [each["name"] for each in shown["workcenters"]]
        self.assertIn("Press A", names)
        self.assertNotIn("Press B", names)


@tagged("post_install", "-at_install")
class TestEdgePlantsOverHttp(PlantsOverHttpChecks, HttpCase):
    scene_class = EdgePlantsScene

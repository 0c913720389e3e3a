from odoo.tests import HttpCase, TransactionCase, tagged

from odoo.addons.mfg_integration_core.tests.plants_checks import (
    PlantsChecks,
    PlantsOverHttpChecks,
)

from .plants_case import MesPlantsScene


@tagged("post_install", "-at_install")
class TestMesPlants(PlantsChecks, TransactionCase):
    """What is reported of one plant's orders is none of another plant's business."""

    scene_class = MesPlantsScene
    unwritten = (
        "mfg.operation.report",
        "mfg.production.posting",
        "mfg.production.report",
        "mfg.production.report.line",
    )

    def test_n3_every_model_of_this_addon_that_is_stored_is_tried(self):
        self.assertEqual(
            set(self.scene.rows["A"]),
            self.stored_models("mfg_integration_mes"),
        )


@tagged("post_install", "-at_install")
class TestMesPlantsOverHttp(PlantsOverHttpChecks, HttpCase):
    scene_class = MesPlantsScene

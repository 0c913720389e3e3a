from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged

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

    def test_g2_a_stock_user_goes_from_a_posting_to_what_was_reported(self):
        worker = new_test_user(self.env, "stock-worker", "stock.group_stock_user")
        report = self.scene.rows["A"]["mfg.production.report"]
        report.posting_id = self.scene.rows["A"]["mfg.production.posting"]
        report.workorder_id = report.production_id.workorder_ids

        posting = report.posting_id.with_user(worker)
        with Form(posting) as form:
            self.assertEqual(form.production_id, report.production_id)
        with Form(posting.report_ids) as form:
            self.assertEqual(form.workorder_id, report.workorder_id)

        self.assertEqual(posting.report_ids.line_ids.quantity, 1)


@tagged("post_install", "-at_install")
class TestMesPlantsOverHttp(PlantsOverHttpChecks, HttpCase):
    scene_class = MesPlantsScene

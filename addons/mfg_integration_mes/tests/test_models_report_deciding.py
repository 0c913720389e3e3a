from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .reports_case import ReportsCase


class TestReportDeciding(ReportsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(
            cls.env,
            "report-approver",
            "mfg_integration_core.group_approver,mrp.group_mrp_user",
        )

    def decide(self, report, verdict, user=None):
        """Decide as people do: by the button, with a note."""
        report = report.with_user(user or self.approver)
        action = getattr(report, f"action_{verdict}")()
        wizard = self.env[action["res_model"]].with_user(user or self.approver)
        wizard.with_context(**action["context"]).create(
            {"note": "Checked"}
        ).action_confirm()
        self.env.invalidate_all()

    def given_closed_order(self):
        self.report(60, is_final=True)
        self.assertEqual(self.order.state, "done")

    def test_g3_more_than_the_tolerance_waits_for_an_approver(self):
        self.gearbox.mfg_has_tolerance = True
        self.gearbox.mfg_tolerance_percent = 5
        self.report(100)
        within = self.report(5)

        beyond = self.report(1)

        self.assertEqual(within.state, "accepted")
        self.assertRecordValues(
            beyond, [{"state": "to_decide", "cause": "tolerance", "posting_id": False}]
        )
        self.assertEqual(self.on_hand(self.gearbox), 105)

    def test_g3_an_approved_report_counts_and_the_trail_says_who(self):
        self.report(100)
        beyond = self.report(7)

        self.decide(beyond, "approve")

        self.assertEqual(beyond.state, "accepted")
        self.assertEqual(beyond.decided_by_id, self.approver)
        self.assertEqual(self.on_hand(self.gearbox), 107)
        self.assertEqual(self.on_hand(self.housing), 560 - 107)
        entry = self.env["mfg.audit.entry"].search(
            [("res_model", "=", beyond._name), ("action", "=", "report.approved")]
        )
        self.assertEqual(entry.actor, self.approver.login)
        self.assertSums(self.order)

    def test_g3_an_approver_of_several_companies_decides_with_all_of_them_on(self):
        both = self.env.company | self.env["res.company"].create({"name": "Elsewhere"})
        self.approver.company_ids = both
        self.report(100)
        beyond = self.report(7)

        on = beyond.with_user(self.approver).with_context(allowed_company_ids=both.ids)
        on._decide(is_agreed=True, note="Checked")

        self.assertEqual(self.on_hand(self.gearbox), 107)

    def test_g3_a_rejected_report_has_no_effect(self):
        self.report(100)
        beyond = self.report(7)

        self.decide(beyond, "reject")

        self.assertEqual(beyond.state, "rejected")
        self.assertEqual(self.on_hand(self.gearbox), 100)
        self.assertSums(self.order)

    def test_g3_only_an_approver_decides_and_only_once(self):
        self.report(100)
        beyond = self.report(7)
        worker = new_test_user(self.env, "report-worker", "mrp.group_mrp_user")

        with self.assertRaises(AccessError):
            self.decide(beyond, "approve", user=worker)
        self.decide(beyond, "reject")

        with self.assertRaises(UserError):
            self.decide(beyond, "approve")

    def test_g11_a_report_for_a_closed_order_waits_with_ready_choices(self):
        self.given_closed_order()

        late = self.report(5)

        self.assertRecordValues(late, [{"state": "to_decide", "cause": "closed"}])
        with self.assertRaises(UserError):
            self.decide(late, "approve")

    def test_g11_correct_stock_posts_into_the_closed_order(self):
        self.given_closed_order()
        late = self.report(5)

        self.decide(late, "correct_stock")

        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.on_hand(self.gearbox), 65)
        self.assertEqual(self.on_hand(self.housing), 560 - 65)
        self.assertSums(self.order)

    def test_g11_reopen_makes_a_linked_order_that_takes_what_follows(self):
        self.given_closed_order()
        late = self.report(5)

        self.decide(late, "reopen")

        reopened = self.order.mfg_continued_by_ids
        self.assertEqual(late.production_id, reopened)
        self.assertEqual(self.on_hand(self.gearbox), 65)
        following = self.report(0, scrap=[], is_final=True)
        self.assertEqual(following.production_id, reopened)
        self.assertEqual(reopened.state, "done")
        self.assertSums(reopened)

    def test_g11_a_new_order_is_finished_with_the_report(self):
        self.given_closed_order()
        late = self.report(5)

        self.decide(late, "new_order")

        self.assertEqual(late.production_id.mfg_continues_id, self.order)
        self.assertEqual(late.production_id.state, "done")
        self.assertEqual(self.on_hand(self.gearbox), 65)

    def test_g11_a_report_of_which_nothing_is_output_gets_no_order_of_its_own(self):
        self.given_closed_order()
        orders = self.env["mrp.production"].search([])
        early = self.report(5, operation="Pressing")

        with self.assertRaises(UserError):
            self.decide(early, "new_order")
        self.assertEqual(self.env["mrp.production"].search([]), orders)

        self.decide(early, "reopen")
        reopened = self.order.mfg_continued_by_ids
        self.assertEqual(early.workorder_id.name, "Pressing")
        self.assertEqual(early.workorder_id.production_id, reopened)
        self.assertEqual(early.workorder_id.qty_produced, 5)

    def test_g11_a_rejected_report_leaves_the_closed_order_alone(self):
        self.given_closed_order()
        late = self.report(5)

        self.decide(late, "reject")

        self.assertEqual(self.on_hand(self.gearbox), 60)

    def test_g8_the_reversal_of_a_closed_order_corrects_its_stock(self):
        first = self.report(60, is_final=True)
        reversal = self.handle(
            "mfg.production.report_reversed.v1", {"report_id": first.name}
        )
        self.assertEqual(reversal.cause, "closed")

        self.decide(reversal, "correct_stock")

        self.assertEqual(self.on_hand(self.gearbox), 0)
        self.assertEqual(self.on_hand(self.housing), 560)
        self.assertSums(self.order)

    def test_g3_the_order_says_how_many_of_its_reports_wait_and_leads_to_them(self):
        self.report(100)
        self.assertEqual(self.order.mfg_undecided_count, 0)

        beyond = self.report(7)
        self.assertEqual(self.order.mfg_undecided_count, 1)
        self.assertEqual(self.order.action_mfg_view_undecided()["res_id"], beyond.id)
        self.decide(beyond, "approve")

        self.assertEqual(self.order.mfg_undecided_count, 0)

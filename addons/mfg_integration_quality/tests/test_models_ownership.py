from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.mfg_integration_core.exceptions import NotOwnerError

from .common import INSPECTION, QualityCase


@tagged("post_install", "-at_install")
class TestOwnershipOfDecisions(QualityCase):
    """Who decides about an inspection, where the matrix says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(
            cls.env, "approver-own", "mfg_integration_core.group_approver"
        )
        cls.qms = cls.given_qms()

    def given_owner(self, connector=None):
        return self.env["mfg.ownership"].create(
            {
                "model": INSPECTION,
                "target": "state",
                "owner": "connector" if connector else "odoo",
                "connector_id": connector.id if connector else False,
                "binds_users": bool(connector),
            }
        )

    def given_bound_inspection(self):
        inspection = self.given_inspection()
        self.env["mfg.binding"]._bind(self.qms, inspection, "Q-77")
        return inspection

    def test_f12_user_cannot_release_what_the_qms_owns(self):
        # It is not asked to inspect, and owns the decision all the same.
        self.qms.subscription_ids.unlink()
        self.given_owner(self.qms)
        inspection = self.given_bound_inspection()
        as_user = inspection.with_user(self.approver)

        with self.assertRaisesRegex(UserError, self.qms.name):
            as_user.action_release()
        with self.assertRaisesRegex(UserError, self.qms.name):
            as_user._decide("released", by="Me", at=fields.Datetime.now())

        self.assertFalse(inspection.mfg_decided_here)
        self.assertEqual(inspection.disposition, "pending")
        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"active"})

    def test_f12_hold_of_the_qms_is_not_lifted_by_hand(self):
        self.given_owner(self.qms)
        holds = self.holds_of(self.given_bound_inspection())
        lift = self.env["mfg.hold.lift"].with_user(self.approver)

        with self.assertRaisesRegex(UserError, self.qms.name):
            lift.create(
                {"hold_ids": [(6, 0, holds.ids)], "reason": "We need it."}
            ).action_lift()

        self.assertEqual(set(holds.mapped("state")), {"active"})

    def test_f12_qms_releases_what_it_owns(self):
        self.given_owner(self.qms)
        inspection = self.given_bound_inspection()

        self.handle(self.given_decision(self.qms, disposition="released"))

        self.assertEqual(inspection.disposition, "released")
        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"lifted"})

    def test_b5_qms_that_is_asked_decides_nothing_where_odoo_owns_it(self):
        self.given_owner()
        inspection = self.given_bound_inspection()

        with self.assertRaisesRegex(NotOwnerError, "belongs to Odoo"):
            self.handle(self.given_decision(self.qms, disposition="released"))
        self.assertTrue(inspection.mfg_decided_here)
        inspection.with_user(self.approver).action_release()

        self.assertEqual(inspection.disposition, "released")

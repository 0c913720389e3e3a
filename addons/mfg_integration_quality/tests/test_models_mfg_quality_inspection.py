from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from .common import INSPECTION, QualityCase


class TestInspectionRequest(QualityCase):
    def test_a_fault_puts_the_lot_in_process_before_quality(self):
        self.order.qty_producing = 48

        hold = self.given_fault()

        inspection = self.inspections_of(self.order)
        self.assertRecordValues(
            inspection,
            [
                {
                    "disposition": "pending",
                    "lot_id": self.lot.id,
                    "product_id": self.product.id,
                    "quantity": 48.0,
                    "reason": "Assembly Robot R1: E-217",
                    "mfg_correlation_id": hold.correlation_id,
                    "mfg_case_id": hold.case_id.id,
                }
            ],
        )
        self.assertTrue(inspection.name.startswith("INSP/"))

    def test_lot_and_order_are_held_until_quality_has_decided(self):
        inspection = self.given_inspection()

        holds = self.holds_of(inspection)
        self.assertEqual({hold._document() for hold in holds}, {self.lot, self.order})
        self.assertEqual(set(holds.mapped("state")), {"active"})
        self.assertEqual(set(holds.mapped("reason_code")), {"quality_review"})
        self.assertIn("LOT-31", self.order.mfg_block_message)

    def test_an_order_without_a_lot_has_nothing_to_inspect(self):
        order = self.given_order()

        self.given_fault(order)

        self.assertFalse(self.inspections_of(order))

    def test_a_hold_for_another_reason_asks_for_no_inspection(self):
        self.env["mfg.hold"]._place(self.order, reason_code="manual", reason="Audit")

        self.assertFalse(self.inspections_of(self.order))

    def test_a_second_fault_joins_the_open_inspection(self):
        inspection = self.given_inspection()

        self.given_fault(reason="Assembly Robot R1: E-300")

        self.assertEqual(self.inspections_of(self.order), inspection)
        self.assertEqual(len(self.holds_of(inspection)), 2)

    def test_a_fault_after_the_release_is_a_new_inspection(self):
        first = self.given_inspection()
        first._decide("released", by="Ines Okafor", at=fields.Datetime.now())

        self.given_fault(reason="Assembly Robot R1: E-300")

        self.assertEqual(len(self.inspections_of(self.order) - first), 1)

    def test_the_inspection_is_owed_to_the_qms(self):
        connector = self.given_qms()
        self.order.qty_producing = 48

        inspection = self.given_inspection()

        message = self.env["mfg.outbox.message"].search(
            [("res_model", "=", INSPECTION), ("res_id", "=", inspection.id)]
        )
        self.assertRecordValues(
            message,
            [
                {
                    "connector_id": connector.id,
                    "event_type": "mfg.inspection.requested.v1",
                    "operation": "create_inspection",
                    "correlation_id": inspection.mfg_correlation_id,
                }
            ],
        )
        data = message.snapshot["data"]
        self.env["mfg.event.type"]._contracts().check(message.event_type, data)
        self.assertEqual(
            (data["reference"], data["order"], data["product"], data["lot"]),
            (inspection.name, self.order.name, "GB-200", "LOT-31"),
        )
        self.assertEqual(data["quantity"], 48)

    def test_the_inspection_shows_its_number_in_the_qms_once_it_has_one(self):
        inspection = self.given_inspection()
        self.assertFalse(inspection.mfg_partner_reference)

        self.env["mfg.binding"]._bind(self.given_qms(), inspection, "Q-77")

        inspection.invalidate_recordset(["mfg_partner_reference"])
        self.assertEqual(inspection.mfg_partner_reference, "Q-77")

    def test_a_machines_user_needs_no_right_on_inspections(self):
        machine = new_test_user(
            self.env, "edge", groups="mfg_integration_core.group_connection"
        )

        self.env["mfg.hold"].with_user(machine)._place(
            self.order.with_user(machine), reason_code="equipment_fault", reason="E-217"
        )

        self.assertEqual(len(self.inspections_of(self.order)), 1)

    def test_each_serial_in_process_is_inspected(self):
        self.product.tracking = "serial"
        order = self.given_order()
        compat.set_producing_lots(order, self.given_lot("S-1") | self.given_lot("S-2"))

        self.given_fault(order)

        # One serial at most where Odoo knows only one.
        inspections = self.inspections_of(order)
        self.assertEqual(inspections.lot_id, compat.producing_lots(order))
        self.assertEqual(set(inspections.mapped("quantity")), {1.0})


class TestInspectionDecision(QualityCase):
    def decide(self, inspection, disposition, note=None):
        inspection._decide(
            disposition, by="Ines Okafor", at=fields.Datetime.now(), note=note
        )

    def test_a_release_lifts_what_the_inspection_held(self):
        for disposition in ("released", "released_with_deviation"):
            with self.subTest(disposition=disposition):
                inspection = self.given_inspection()[-1:]

                self.decide(inspection, disposition)

                self.assertEqual(
                    set(self.holds_of(inspection).mapped("state")), {"lifted"}
                )
                self.assertFalse(self.lot.mfg_active_hold_count)
                self.given_fault(reason=f"again after {disposition}")

    def test_a_release_leaves_the_other_holds_of_the_order(self):
        fault = self.given_fault()
        inspection = self.inspections_of(self.order)

        self.decide(inspection, "released")

        self.assertEqual(fault.state, "active")
        self.assertEqual(self.order.mfg_active_hold_count, 1)

    def test_a_refusal_keeps_the_holds_and_says_who_clears_them(self):
        for disposition, clearer in (
            ("rework", "Quality, once the rework is inspected"),
            ("rejected", "Quality, by lifting the hold once the lot is dealt with"),
        ):
            with self.subTest(disposition=disposition):
                inspection = self.given_inspection()[-1:]

                self.decide(inspection, disposition, note="cracked housing")

                holds = self.holds_of(inspection)
                self.assertEqual(set(holds.mapped("state")), {"active"})
                self.assertEqual(set(holds.mapped("clearer")), {clearer})
                self.assertIn("cracked housing", self.lot.mfg_block_message)
                self.assertIn(clearer, self.lot.mfg_block_message)

    def test_reworked_goods_are_free_once_they_are_released(self):
        inspection = self.given_inspection()
        self.decide(inspection, "rework")
        self.decide(inspection, "in_inspection")

        self.decide(inspection, "released")

        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"lifted"})

    def test_an_illegal_change_is_refused_and_changes_nothing(self):
        inspection = self.given_inspection()
        self.decide(inspection, "rejected")

        with self.assertRaises(InvalidEventError) as caught:
            self.decide(inspection, "released")

        self.assertEqual(caught.exception.code, "illegal_transition")
        self.assertEqual(inspection.disposition, "rejected")
        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"active"})

    def test_each_decision_is_audited_with_who_and_why(self):
        inspection = self.given_inspection()

        self.decide(inspection, "quarantined")
        self.decide(inspection, "released", note="torque within limits")

        decided = self.audit_of(inspection).filtered(
            lambda entry: entry.action == "state.changed"
        )
        self.assertEqual(
            [(entry.old_value, entry.new_value) for entry in decided],
            [("pending", "quarantined"), ("quarantined", "released")],
        )
        self.assertEqual(
            decided[-1].why, "Released by Ines Okafor: torque within limits"
        )
        self.assertEqual(
            set(decided.mapped("correlation_id")), {inspection.mfg_correlation_id}
        )

    def test_the_same_disposition_again_leaves_no_trace(self):
        inspection = self.given_inspection()
        self.decide(inspection, "released")
        before = len(self.audit_of(inspection))

        self.decide(inspection, "released")

        self.assertEqual(len(self.audit_of(inspection)), before)

    def test_the_timeline_of_the_case_tells_what_quality_did(self):
        self.env["mfg.case"]._ensure("chain-1", "Robot R1 stopped", self.order)
        self.order.mfg_correlation_id = "chain-1"
        inspection = self.given_inspection()

        self.decide(inspection, "rework", note="cracked housing")

        titles = [moment["title"] for moment in inspection.mfg_case_id.timeline]
        self.assertIn(f"{inspection.name} created", titles)
        self.assertIn(f"{inspection.name}: pending → rework", titles)
        self.assertIn(
            f"LOT-31 stays held: Quality review: {inspection.name}: Rework by"
            " Ines Okafor: cracked housing",
            titles,
        )


class TestInspectionDecidedByUser(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(
            cls.env, "approver", groups="mfg_integration_core.group_approver"
        )

    def test_without_a_qms_an_approver_releases(self):
        inspection = self.given_inspection()

        inspection.with_user(self.approver).action_release()

        self.assertRecordValues(
            inspection,
            [{"disposition": "released", "decided_by": self.approver.name}],
        )
        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"lifted"})

    def test_without_a_qms_an_approver_rejects(self):
        inspection = self.given_inspection()

        inspection.with_user(self.approver).action_reject()

        self.assertEqual(inspection.disposition, "rejected")

    def test_who_is_no_approver_may_not_decide(self):
        operator = new_test_user(
            self.env, "operator", groups="mfg_integration_core.group_operator"
        )
        inspection = self.given_inspection()

        with self.assertRaisesRegex(UserError, "Approver"):
            inspection.with_user(operator).action_release()

        self.assertEqual(inspection.disposition, "pending")

    def test_where_a_qms_decides_nobody_does_so_in_odoo(self):
        connector = self.given_qms()
        inspection = self.given_inspection()

        for state in ("live", "paused"):
            with self.subTest(state=state):
                connector.state = state
                with self.assertRaisesRegex(UserError, connector.name):
                    inspection.with_user(self.approver).action_release()

        self.assertFalse(inspection.mfg_decided_here)
        self.assertEqual(inspection.disposition, "pending")

    def test_a_qms_that_is_not_live_yet_decides_nothing(self):
        self.given_qms().state = "draft"
        inspection = self.given_inspection()

        inspection.with_user(self.approver).action_release()

        self.assertEqual(inspection.disposition, "released")

    def test_a_user_hears_in_plain_words_that_it_was_decided_before(self):
        inspection = self.given_inspection()
        inspection.with_user(self.approver).action_reject()

        with self.assertRaisesRegex(UserError, "cannot become Released"):
            inspection.with_user(self.approver).action_release()

    def test_the_table_of_transitions_cannot_be_passed_by(self):
        inspection = self.given_inspection().with_user(self.approver)

        with self.assertRaises(AccessError):
            inspection.write({"disposition": "released"})

        inspection.write({"note": "Seen"})
        self.assertEqual(inspection.note, "Seen")

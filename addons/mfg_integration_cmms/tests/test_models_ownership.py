from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mfg_integration_core.tests.common import ManufacturingScene

from .ownership_case import OwnershipCase

CORE = "mfg_integration_core"


@tagged("post_install", "-at_install")
class TestOwnershipOfEvents(OwnershipCase):
    """A partner's event changes what is the partner's, and nothing else."""

    def test_b5_event_about_what_odoo_owns_is_rejected_and_says_what_to_do(self):
        self.given_owner()
        request = self.given_work_order()
        event = self.given_report(state="completed", version=2)

        self.work(event)

        self.assertEqual(request.mfg_state, "requested")
        self.assertRecordValues(
            event,
            [
                {
                    "state": "rejected",
                    "reason_code": "not_the_owner",
                    "res_model": request._name,
                    "res_id": request.id,
                }
            ],
        )
        self.assertIn("belongs to Odoo", event.reason)
        self.assertIn(self.connector.name, event.reason)
        self.assertIn("Ownership", event.reason)
        entry = self.trail(request)[-1]
        self.assertEqual(
            (entry.action, entry.new_value, entry.message_uuid),
            ("ownership.refused", "Completed", event.uuid),
        )

    def test_b5_owner_writes_what_it_owns(self):
        self.given_owner(self.connector)
        request = self.given_work_order()

        self.work(event := self.given_report(state="completed", version=2))

        self.assertEqual((event.state, request.mfg_state), ("processed", "completed"))

    def test_b5_event_of_another_system_names_the_owner(self):
        owner = self.given_connector("cmms-that-owns")
        self.given_owner(owner)
        request = self.given_work_order()

        self.work(event := self.given_report(state="completed"))

        self.assertEqual((event.state, request.mfg_state), ("rejected", "requested"))
        self.assertIn(owner.name, event.reason)

    def test_b5_event_that_changes_nothing_is_not_refused(self):
        request = self.given_work_order(schedule_date="2026-03-02 08:00:00")
        self.given_owner()

        self.work(event := self.given_report(state="scheduled", version=2))

        self.assertEqual((event.state, request.mfg_state), ("processed", "scheduled"))

    def test_b5_nearest_place_names_the_owner(self):
        scene = ManufacturingScene(self.env)
        workcenter = scene.workcenter()
        plant = scene.plant("Berlin")
        scene.line(plant, workcenters=workcenter)
        self.equipment.mfg_workcenter_id = workcenter
        self.given_owner()
        self.given_owner(self.connector, company_id=plant.company_id.id)
        inside = self.given_work_order("WO-1")
        self.given_owner(plant_id=plant.id)

        self.work(in_plant := self.given_report("WO-1", state="completed"))
        self.equipment.mfg_workcenter_id = False
        outside = self.given_work_order("WO-2")
        self.work(in_company := self.given_report("WO-2", state="completed"))

        self.assertEqual((in_plant.state, inside.mfg_state), ("rejected", "requested"))
        self.assertEqual(
            (in_company.state, outside.mfg_state), ("processed", "completed")
        )

    def test_b5_at_one_place_the_state_goes_before_all_fields(self):
        self.given_owner(target="all", company_id=self.connector.company_id.id)
        self.given_owner(self.connector)
        request = self.given_work_order()

        self.work(event := self.given_report(state="in_progress"))

        self.assertEqual(event.state, "processed", event.reason)
        self.assertEqual(request.mfg_state, "in_progress")

    def test_b5_what_odoo_does_in_consequence_is_not_the_partners_doing(self):
        scene = ManufacturingScene(self.env)
        workcenter = scene.workcenter()
        product, component = scene.product("Gearbox"), scene.product("Housing")
        order = scene.order(scene.bom(product, [component], workcenter), 10)
        order.workorder_ids.button_start()
        request = self.given_work_order()
        hold = self.env["mfg.hold"]._place(
            order, reason_code="equipment_fault", reason="E-217", blocker=request
        )
        for model in ("mrp.workorder", "mrp.production"):
            self.given_owner(model=model, target="all")

        self.work(event := self.given_report(state="completed"))

        self.assertEqual((event.state, event.reason), ("processed", False))
        self.assertEqual(hold.state, "lifted")

    def test_b5_look_for_an_owner_costs_no_query(self):
        request = self.given_work_order()
        self.env["mfg.ownership"]._tables()

        with self.assertQueryCount(0):
            request._mfg_check_owner({"stage_id": 1})


@tagged("post_install", "-at_install")
class TestDecisions(OwnershipCase):
    """What another system owns, and a person decides about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(cls.env, "decider", f"{CORE}.group_approver")

    def setUp(self):
        super().setUp()
        self.given_owner(when_others_write="queue")
        self.request = self.given_work_order()
        self.event = self.given_report(state="completed", version=4)
        self.work(self.event)
        self.decision = self.decisions_about(self.request)

    def decide(self, verdict, note="I looked at it."):
        wizard = self.env["mfg.decision.verdict"].with_user(self.approver)
        wizard.create(
            {
                "row_ids": [(6, 0, self.decision.ids)],
                "verdict": verdict,
                "note": note,
            }
        ).action_confirm()

    def test_b5_event_waits_and_says_what_is_to_be_decided(self):
        self.assertEqual(self.request.mfg_state, "requested")
        self.assertRecordValues(
            self.event, [{"state": "waiting", "reason_code": "undecided"}]
        )
        self.assertRecordValues(
            self.decision,
            [
                {
                    "state": "open",
                    "old_value": "Requested",
                    "wanted_value": "Completed",
                    "connector_id": self.connector.id,
                    "event_id": self.event.id,
                    "correlation_id": self.event.correlation_id,
                    "owner_name": "Odoo",
                }
            ],
        )

    def test_b5_event_that_looks_again_asks_once(self):
        self.work(self.event)

        self.assertEqual(self.decisions_about(self.request), self.decision)

    def test_b5_approved_event_has_the_effect_that_it_would_have_had(self):
        self.decide("approve")
        queued = self.event.state
        self.work(self.event)

        self.assertEqual((queued, self.event.state), ("retry", "processed"))
        self.assertRecordValues(
            self.request, [{"mfg_state": "completed", "mfg_partner_version": 4}]
        )
        self.assertTrue(self.request.stage_id.done)
        actions = self.trail(self.request).mapped("action")
        self.assertLess(
            actions.index("decision.asked"), actions.index("decision.approved")
        )

    def test_b5_rejected_event_tells_its_sender_why(self):
        self.decide("reject", "The robot still stands.")

        self.assertEqual(self.request.mfg_state, "requested")
        self.assertRecordValues(
            self.event, [{"state": "rejected", "reason_code": "decided_against"}]
        )
        self.assertIn("The robot still stands.", self.event._progress()["reason"])
        self.assertEqual(self.decision.decided_by_id, self.approver)

    def test_b5_decided_once_and_by_an_approver_only(self):
        operator = new_test_user(self.env, "no-decider", f"{CORE}.group_operator")

        with self.assertRaises(AccessError):
            self.decision.with_user(operator)._decide(True, "Go on.")
        self.decide("approve")
        with self.assertRaises(UserError):
            self.decide("reject")

    def test_b5_nobody_writes_decisions_by_hand(self):
        admin = new_test_user(self.env, "by-hand", f"{CORE}.group_administrator")

        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models"):
            self.decision.with_user(admin).write({"state": "approved"})

    def test_b5_event_that_is_given_up_leaves_nothing_to_decide(self):
        self.event.action_reject()

        self.assertEqual(self.decision.state, "lapsed")

    def test_b5_owner_that_changes_meanwhile_makes_the_decision_needless(self):
        self.env["mfg.ownership"].search([]).unlink()

        self.work(self.event)

        self.assertEqual(self.request.mfg_state, "completed")
        self.assertEqual(self.decision.state, "lapsed")

    def test_b5_agreement_to_one_value_is_none_to_another(self):
        self.decide("approve")
        self.event.payload = {
            **self.event.payload,
            "data": {"work_order": "WO-1001", "state": "cancelled", "version": 4},
        }

        self.work(self.event)

        self.assertEqual(self.event.state, "waiting")
        self.assertEqual(
            self.decisions_about(self.request).mapped("wanted_value"),
            ["Completed", "Cancelled"],
        )

    def test_b5_decision_leads_to_document_and_event(self):
        decision = self.decision.with_user(self.approver)

        self.assertEqual(decision.action_open_event()["res_id"], self.event.id)
        self.assertEqual(decision.action_open_document()["res_id"], self.request.id)


@tagged("post_install", "-at_install")
class TestOwnershipOfEdits(OwnershipCase):
    """What people may change where a partner owns it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = new_test_user(
            cls.env, "planner-own", "maintenance.group_equipment_manager"
        )
        cls.done = cls.env["maintenance.stage"].search([("done", "=", True)], limit=1)

    def as_planner(self, request, **context):
        return request.with_user(self.planner).with_context(**context)

    def test_b5_user_is_told_who_owns_it(self):
        self.given_owner(self.connector, binds_users=True)
        request = self.given_work_order()

        with self.assertRaisesRegex(UserError, self.connector.name):
            self.as_planner(request).stage_id = self.done

        self.assertEqual(request.mfg_state, "requested")

    def test_b5_user_may_change_it_where_the_row_binds_only_events(self):
        self.given_owner(self.connector)
        request = self.given_work_order()

        self.as_planner(request).stage_id = self.done

        self.assertEqual(request.mfg_state, "completed")

    def test_b5_one_field_is_owned_and_the_others_are_free(self):
        field = self.ownable("priority")
        self.given_owner(
            self.connector, target="field", field_id=field.id, binds_users=True
        )
        request = self.as_planner(self.given_work_order())

        request.write({"name": "Gripper, left", "priority": request.priority})
        with self.assertRaises(UserError):
            request.write({"name": "Gripper, right", "priority": "3"})

        self.assertEqual(request.name, "Gripper, left")

    def test_b5_all_fields_leaves_the_chatter_alone(self):
        self.given_owner(self.connector, target="all", binds_users=True)
        request = self.as_planner(self.given_work_order())

        request.message_post(body="Hello")
        with self.assertRaises(UserError):
            request.name = "Gripper, left"

    def test_b5_context_does_not_make_a_user_the_owner(self):
        self.given_owner(self.connector, binds_users=True)
        request = self.as_planner(
            self.given_work_order(),
            mfg_connector_id=self.connector.id,
            mfg_follows=True,
        )

        with self.assertRaises(UserError):
            request.stage_id = self.done

    def test_b5_hold_that_waits_for_the_owner_is_not_lifted_by_hand(self):
        request = self.given_work_order()
        hold = self.env["mfg.hold"]._place(
            self.equipment, reason_code="equipment_fault", reason="E", blocker=request
        )
        self.given_owner(self.connector, binds_users=True)
        wizard = self.env["mfg.hold.lift"].create(
            {"hold_ids": [(6, 0, hold.ids)], "reason": "It runs again."}
        )

        with self.assertRaisesRegex(UserError, self.connector.name):
            wizard.action_lift()

        self.assertEqual(hold.state, "active")


@tagged("post_install", "-at_install")
class TestOwnershipMatrix(OwnershipCase):
    def test_b5_one_owner_per_thing_and_place(self):
        self.given_owner()

        with self.assertRaises(ValidationError):
            self.given_owner()

        with self.assertRaisesRegex(ValidationError, "Change that row instead"):
            self.given_owner(company_id=self.env.company.id).company_id = False

    def test_b5_object_without_a_state_takes_fields_only(self):
        with self.assertRaises(ValidationError):
            self.given_owner(model="stock.lot")

    def test_b5_fields_to_choose_from_are_those_that_people_fill_in(self):
        names = (
            self.env["mfg.ownable.field"]
            .search([("model", "=", "maintenance.request")])
            .mapped("name")
        )

        self.assertLessEqual({"name", "priority", "schedule_date"}, set(names))
        self.assertFalse({"write_date", "mfg_case_id", "message_ids"} & set(names))

    def test_b5_change_of_owner_is_audited(self):
        row = self.given_owner()

        row.when_others_write = "queue"
        row.unlink()

        trail = self.trail(row)
        self.assertEqual(
            trail.mapped("action"),
            ["ownership.added", "ownership.changed", "ownership.removed"],
        )
        self.assertIn("Ask an Approver", trail[1].new_value)

    def test_b5_administrator_of_one_plant_sets_owners_there_only(self):
        scene = ManufacturingScene(self.env)
        plant = scene.plant("Berlin")
        admin = new_test_user(self.env, "plant-own", f"{CORE}.group_administrator")
        admin.mfg_plant_ids = plant
        everywhere = self.given_owner()
        rows = self.env["mfg.ownership"].with_user(admin)

        row = rows.create(
            {"model": "maintenance.request", "target": "state", "plant_id": plant.id}
        )
        with self.assertRaises(AccessError):
            everywhere.with_user(admin).when_others_write = "queue"
        with self.assertRaises(AccessError):
            rows.create({"model": "stock.lot", "target": "all"})

        self.assertEqual(row.company_id, plant.company_id)

    def test_b5_viewer_sees_owners_and_changes_none(self):
        row = self.given_owner()
        viewer = new_test_user(self.env, "sees-owners", f"{CORE}.group_viewer")

        self.assertEqual(row.with_user(viewer).owner_name, "Odoo")
        with self.assertRaises(AccessError):
            row.with_user(viewer).when_others_write = "queue"

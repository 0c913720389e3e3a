import json
from contextlib import suppress

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from .plants_case import SECRET
from .plants_checks import PlantsChecks, PlantsOverHttpChecks

#: A type that goes out, about any document; those of other addons have conditions.
RULE_FIRED = "mfg_integration_core.mfg_event_type_rule_fired"


@tagged("post_install", "-at_install")
class TestPlants(PlantsChecks, TransactionCase):
    """What one plant exchanges is none of another plant's business."""

    def test_n3_change_of_a_users_plants_counts_at_once(self):
        user = self.scene.user("viewer", self.a)
        before = self.seen(user, "B")

        user.mfg_plant_ids = self.b

        self.assertEqual(before, set())
        self.assertEqual(self.seen(user, "B"), set(self.scene.rows["B"]))
        self.assertEqual(self.seen(user, "A"), set())

    def test_n3_user_of_an_archived_plant_does_not_become_one_of_all_plants(self):
        user = self.scene.user("viewer", self.a)

        self.a.active = False

        self.assertEqual(self.seen(user, "B"), set())

    def as_in_the_next_request(self):
        """Forget what this one has in memory, which no rule was asked about."""
        self.env.flush_all()
        self.env.invalidate_all()

    # ------------------------------------------------------- the whole company

    def test_n3_connector_of_the_whole_company_is_known_to_all_its_plants(self):
        wide = self.env["mfg.connector"].create({"name": "ERP", "code": "erp-wide"})
        user = self.scene.user("viewer", self.a)

        self.assertIn(wide, self.env["mfg.connector"].with_user(user).search([]))

    def test_n3_message_of_a_wide_connector_belongs_to_its_documents_plant(self):
        workcenter = self.scene.scene.workcenter("Saw")
        self.scene.scene.line(self.b, "Sawing", workcenters=workcenter)
        equipment = self.scene.scene.equipment(workcenter)
        wide = self.env["mfg.connector"].create({"name": "CMMS", "code": "cmms-wide"})
        wide.state = "live"
        event_type = self.env.ref(RULE_FIRED)
        self.env["mfg.subscription"].create(
            {"connector_id": wide.id, "event_type_id": event_type.id}
        )

        message = self.env["mfg.outbox.message"]._emit(event_type.name, equipment, {})

        self.assertEqual(message.plant_id, self.b)
        for plant, count in ((self.a, 0), (self.b, 1)):
            rows = message.with_user(self.scene.user("viewer", plant))
            found = rows.search_count([("id", "=", message.id)])
            self.assertEqual(found, count)

    def test_n3_body_that_belongs_to_no_plant_is_for_users_of_all_plants_only(self):
        message = self.scene.rows["B"]["mfg.outbox.message"].copy(
            {"uuid": "n3-homeless", "plant_id": False}
        )
        message.connector_id.plant_id = False
        self.env.flush_all()
        domain = [("id", "=", message.id)]

        for user, count in (
            (self.scene.user("viewer", self.a), 0),
            (self.scene.user("viewer", self.b), 0),
            (self.scene.user("viewer"), 1),
        ):
            for model in ("mfg.outbox.message", "mfg.integration.log"):
                found = self.env[model].with_user(user).search_count(domain)
                self.assertEqual(found, count, model)

    def test_n3_connector_of_a_plant_is_told_nothing_of_another_plants_documents(self):
        event_type = self.env.ref(RULE_FIRED)
        for name in ("A", "B"):
            connector = self.scene.rows[name]["mfg.connector"]
            connector.state = "live"
            self.env["mfg.subscription"].create(
                {"connector_id": connector.id, "event_type_id": event_type.id}
            )
        workcenter = self.b.line_ids.workcenter_ids

        messages = self.env["mfg.outbox.message"]._emit(event_type.name, workcenter, {})

        ours = self.scene.rows["A"]["mfg.connector"]
        theirs = self.scene.rows["B"]["mfg.connector"]
        self.assertIn(theirs, messages.connector_id)
        self.assertNotIn(ours, messages.connector_id)

    # ----------------------------------------------------------- side entrances

    def test_n3_timeline_of_a_case_leaves_out_what_another_plant_did(self):
        chain = self.scene.rows["A"]["mfg.case"].correlation_id
        self.scene.rows["B"]["mfg.outbox.message"].correlation_id = chain
        self.env.flush_all()
        case = self.scene.rows["A"]["mfg.case"]

        told = json.dumps(case.with_user(self.scene.user("viewer", self.a)).timeline)

        self.assertIn("MES A", told)
        self.assertNotIn("MES B", told)

    def test_n3_wizard_does_not_copy_the_body_of_another_plant(self):
        user = self.scene.user("approver", self.a)
        event = self.scene.rows["B"]["mfg.inbox.event"]
        wizard = self.env["mfg.payload.correct"].with_user(user)

        with self.assertRaises(AccessError):
            wizard.create({"event_id": event.id}).read(["content", "refused_for"])

    def test_n3_dry_run_tells_nothing_of_another_plants_rows(self):
        replays = self.env["mfg.replay"].with_user(self.scene.user("operator", self.a))
        row = self.scene.rows["B"]["mfg.integration.log"]

        # 19.0 does not even let them be chosen.
        with suppress(AccessError):
            replay = replays.create({"selection_ids": [(6, 0, row.ids)]})
            self.as_in_the_next_request()
            replay.action_rehearse()

        previews = self.env["mfg.replay.preview"]
        self.assertFalse(previews.search([("log_id", "=", row.id)]))

    def test_n3_hold_of_another_plant_is_not_lifted(self):
        lifts = self.env["mfg.hold.lift"].with_user(self.scene.user("operator", self.a))
        hold = self.scene.rows["B"]["mfg.hold"]

        # 19.0 does not even let it be chosen.
        with suppress(AccessError):
            lift = lifts.create({"hold_ids": [(6, 0, hold.ids)], "reason": "Mine"})
            self.as_in_the_next_request()
            lift.action_lift()

        self.assertEqual(hold.state, "active")

    def test_n3_row_of_another_plant_is_neither_retried_nor_rejected(self):
        user = self.scene.user("operator", self.a)
        event = self.scene.rows["B"]["mfg.inbox.event"].with_user(user)

        for action in (event.action_retry, event.action_reject):
            with self.assertRaises(AccessError):
                action()

    # -------------------------------------------------------------- the budget

    def test_n3_rule_has_no_effect_on_the_log_of_who_is_of_all_plants(self):
        user = self.scene.user("viewer")

        for model in ("mfg.integration.log", "mfg.dead.letter", "mfg.outbox.message"):
            rules = self.env["ir.rule"].with_user(user)
            domain = str(rules._compute_domain(model, "read"))

            self.assertIn("company_id", domain)
            self.assertNotIn("plant_id", domain)

    def test_n3_plan_of_the_log_stays_for_users_of_all_plants_and_of_one(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        since = "2020-01-01"

        for plants in ((), (self.a,)):
            log = self.env["mfg.integration.log"].with_user(
                self.scene.user("viewer", *plants)
            )
            query = log._search([("create_date", ">=", since)], limit=80)
            statement = query.select()
            if isinstance(statement, tuple):
                statement = self.env.cr.mogrify(*statement).decode()
            else:
                statement = self.env.cr.mogrify(statement.code, statement.params)
                statement = statement.decode()
            self.env.cr.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            plan = json.dumps(self.env.cr.fetchone()[0])

            self.assertIn("mfg_inbox_event_log_index", plan)
            self.assertIn("mfg_outbox_message_log_index", plan)


@tagged("post_install", "-at_install")
class TestPlantsOverHttp(PlantsOverHttpChecks, HttpCase):
    """The same over JSON-RPC and the routes that give out bodies."""

    def test_n3_own_bodies_are_given_out_by_the_same_calls(self):
        event = self.scene.rows["A"]["mfg.inbox.event"]

        answer = self.call("mfg.inbox.event", "read", event.ids, ["body_text"])

        self.assertEqual(answer["result"][0]["body_text"], SECRET)

    def test_n3_binary_route_gives_out_no_body_of_another_plant(self):
        for model, field in (
            ("mfg.inbox.event", "body_shown"),
            ("mfg.delivery.attempt", "request_shown"),
        ):
            for name, found in (("A", True), ("B", False)):
                row = self.scene.rows[name][model]
                with mute_logger("odoo.http"):
                    answer = self.url_open(
                        f"/web/content?model={model}&id={row.id}&field={field}"
                    )

                self.assertEqual(SECRET in answer.text, found, (model, name))

import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ManufacturingCase
from .rules_case import RulesScene

SECOND = "change.second_person"
RESTART = "hold.restart_work_orders"
NOTIFY = {"kind": "notify", "text": "Held"}


@tagged("post_install", "-at_install")
class TestChange(ManufacturingCase):
    """What one person changes and another one has to agree to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = RulesScene(cls.env)
        cls.plant = cls.scene.plant("Berlin")
        cls.asker, cls.other = (
            new_test_user(cls.env, login, "mfg_integration_core.group_administrator")
            for login in ("change-asker", "change-other")
        )
        cls.approver = new_test_user(
            cls.env, "change-approver", "mfg_integration_core.group_approver"
        )
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "MES", "code": "change-mes", "plant_id": cls.plant.id}
        )
        cls.connector.state = "live"
        cls.rule = cls.rules.rule([NOTIFY], plant_id=cls.plant.id)
        cls.switch_on(cls.plant)

    @classmethod
    def switch_on(cls, place):
        cls.env["mfg.setting"]._set(SECOND, place, True)

    def waiting(self, record):
        return record.with_user(self.asker).mfg_change_id

    def ask(self, record, user=None, **values):
        """The change that waits since somebody wrote the values."""
        record.with_user(user or self.asker).write(values)
        record.invalidate_recordset()
        return self.waiting(record)

    def decide(self, change, verdict="agree", user=None, note=None):
        wizard = self.env["mfg.change.verdict"].with_user(user or self.approver)
        change = change.with_user(user or self.approver)
        action = getattr(change, f"action_{verdict}")()
        wizard = wizard.with_context(**action["context"])
        wizard.create({"note": note}).action_confirm()

    def row(self, key, plant):
        return self.env["mfg.setting"].search(
            [("key", "=", key), ("level", "=", "plant"), ("plant_id", "=", plant.id)]
        )

    def trail(self, record, action):
        return self.env["mfg.audit.entry"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("action", "=", action),
            ]
        )

    # ------------------------------------------------------------------ policies

    def test_k6_policy_of_a_live_connector_changes_once_a_second_person_agrees(self):
        change = self.ask(self.connector, outage_policy="grace", outage_grace_h=2)

        self.assertEqual(self.connector.outage_policy, "ignore")
        self.assertEqual(
            change.difference.splitlines(),
            [
                "- Go On for (h): 4",
                "- When It Is Down: Orders take no notice",
                "+ Go On for (h): 2",
                "+ When It Is Down: Orders go on for a time, then wait",
            ],
        )
        self.decide(change, note="As agreed with the plant")

        self.assertEqual(self.connector.outage_policy, "grace")
        self.assertEqual(self.connector.outage_grace_h, 2)
        self.assertEqual(
            (change.state, change.decided_by_id), ("applied", self.approver)
        )
        self.connector.invalidate_recordset()
        self.assertFalse(self.waiting(self.connector))

    def test_k6_difference_who_and_why_are_in_the_audit_chain(self):
        change = self.ask(self.connector, outage_policy="block")
        change.with_user(self.asker).why = "Nothing may be lost"

        self.decide(change, note="Checked")

        asked = self.trail(self.connector, "change.asked")
        agreed = self.trail(self.connector, "change.applied")
        self.assertEqual(
            (asked.actor, asked.new_value), (self.asker.login, change.difference)
        )
        self.assertEqual((agreed.actor, agreed.why), (self.approver.login, "Checked"))
        self.assertEqual(agreed.new_value, change.difference)
        self.assertIn(self.asker.name, agreed.old_value)

    def test_k6_who_asked_does_not_agree(self):
        change = self.ask(self.connector, outage_policy="block")

        with self.assertRaisesRegex(UserError, "somebody else"):
            self.decide(change, user=self.asker)

        self.assertEqual(self.connector.outage_policy, "ignore")

    def test_k6_who_added_to_a_change_does_not_agree_either(self):
        self.ask(self.connector, outage_policy="grace")
        change = self.ask(self.connector, user=self.other, outage_grace_h=1)

        self.assertEqual(change.asker_ids, self.asker | self.other)
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.decide(change, user=self.other)
        self.decide(change)
        self.assertEqual(
            (self.connector.outage_policy, self.connector.outage_grace_h), ("grace", 1)
        )

    def test_k6_only_an_approver_decides(self):
        change = self.ask(self.connector, outage_policy="block")
        operator = new_test_user(
            self.env, "change-operator", "mfg_integration_core.group_operator"
        )

        with self.assertRaises(AccessError):
            change.with_user(operator)._decide(True, None)

    def test_k6_rejected_change_leaves_everything_as_it_is(self):
        change = self.ask(self.connector, outage_policy="block")

        self.decide(change, "reject", note="Not before the audit")

        self.assertEqual(self.connector.outage_policy, "ignore")
        self.assertEqual(change.decision_note, "Not before the audit")
        with self.assertRaisesRegex(UserError, "decided already"):
            self.decide(change)

    def test_k6_who_asked_withdraws_it(self):
        change = self.ask(self.connector, outage_policy="block")

        with self.assertRaisesRegex(UserError, "Only who asked"):
            change.with_user(self.other).action_withdraw()
        change.with_user(self.asker).action_withdraw()

        self.assertEqual(change.state, "withdrawn")

    def test_k6_going_back_to_what_holds_withdraws_the_change(self):
        change = self.ask(self.connector, outage_policy="block")

        self.assertFalse(self.ask(self.connector, outage_policy="ignore"))

        self.assertEqual(change.state, "withdrawn")

    def test_k6_what_nobody_agrees_to_is_written_at_once(self):
        change = self.ask(self.connector, name="MES 2", outage_policy="block")

        self.assertEqual(self.connector.name, "MES 2")
        self.assertEqual(change.steps, [{"outage_policy": "block"}])

    def test_k6_change_that_cannot_be_is_refused_when_it_is_asked_for(self):
        with self.assertRaisesRegex(ValidationError, "whose state"):
            self.ask(self.rule, trigger="state", trigger_model=False)

    def test_k6_who_may_not_change_it_does_not_ask_for_it(self):
        viewer = new_test_user(
            self.env, "change-viewer", "mfg_integration_core.group_viewer"
        )

        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.connector.with_user(viewer).write({"outage_policy": "block"})
        self.assertFalse(self.waiting(self.connector))

    def test_k6_change_of_what_has_changed_meanwhile_is_not_done(self):
        change = self.ask(self.connector, outage_policy="block")
        self.connector.outage_policy = "continue"

        with self.assertRaisesRegex(UserError, "something else"):
            self.decide(change)

        self.assertEqual(self.connector.outage_policy, "continue")

    def test_k6_draft_connector_is_written_by_one_person(self):
        draft = self.env["mfg.connector"].create(
            {"name": "New", "code": "change-new", "plant_id": self.plant.id}
        )

        self.assertFalse(self.ask(draft, outage_policy="block"))

        self.assertEqual(draft.outage_policy, "block")

    def test_k6_plant_that_wants_no_second_person_needs_none(self):
        other = self.scene.plant("Lyon")
        connector = self.env["mfg.connector"].create(
            {"name": "MES Lyon", "code": "change-lyon", "plant_id": other.id}
        )
        connector.state = "live"

        self.assertFalse(self.ask(connector, outage_policy="block"))

        self.assertEqual(connector.outage_policy, "block")

    def test_k6_what_holds_in_all_plants_needs_one_where_any_of_them_wants_it(self):
        wide = self.env["mfg.connector"].create({"name": "ERP", "code": "change-erp"})
        wide.state = "live"

        self.assertTrue(self.ask(wide, outage_policy="block"))

    def test_k6_code_and_loading_need_nobody(self):
        self.connector.with_user(self.asker).sudo().outage_policy = "block"

        self.assertEqual(self.connector.outage_policy, "block")
        self.assertFalse(self.waiting(self.connector))

    def test_k6_saving_the_form_shows_that_the_change_waits(self):
        with Form(self.connector.with_user(self.asker)) as form:
            form.outage_policy = "block"

        self.connector.invalidate_recordset()
        self.assertEqual(self.connector.outage_policy, "ignore")
        self.assertIn("MES", self.waiting(self.connector).display_name)

    # --------------------------------------------------------------------- rules

    def test_k6_rule_with_its_actions_changes_as_a_whole(self):
        action = self.rule.action_ids
        change = self.ask(
            self.rule,
            action_ids=[
                (1, action.id, {"text": "Now held"}),
                (0, 0, {**NOTIFY, "text": "And this"}),
            ],
            condition_ids=[
                (
                    0,
                    0,
                    {
                        "source": "data",
                        "path": "reason_code",
                        "operator": "=",
                        "value": "manual",
                    },
                )
            ],
        )

        self.assertEqual((len(self.rule.action_ids), action.text), (1, "Held"))
        self.assertIn("Now held", change.difference)
        self.decide(change)

        self.assertEqual(self.rule.action_ids.mapped("text"), ["Now held", "And this"])
        self.assertEqual(self.rule.condition_ids.path, "reason_code")

    def test_k6_part_of_a_rule_is_not_changed_by_itself(self):
        action = self.rule.action_ids.with_user(self.asker)

        for attempt in (
            lambda: action.write({"text": "Nothing"}),
            action.unlink,
            lambda: action.create({**NOTIFY, "rule_id": self.rule.id}),
        ):
            with self.assertRaisesRegex(UserError, "second person"):
                attempt()

    def test_k6_new_rule_does_nothing_until_a_second_person_agrees(self):
        rule = (
            self.env["mfg.rule"]
            .with_user(self.asker)
            .create(
                {
                    "name": "New",
                    "key": "new-rule",
                    "plant_id": self.plant.id,
                    "trigger": "hold_placed",
                    "action_ids": [(0, 0, NOTIFY)],
                }
            )
        )

        self.assertFalse(rule.active)
        change = self.waiting(rule)
        # All that it says is what changes, so that it is read as a whole.
        self.assertIn("+ Key: new-rule", change.difference)
        self.assertNotIn("\n- ", f"\n{change.difference}")
        self.decide(change)
        self.assertTrue(rule.active)

    def test_k6_what_waits_is_not_changed_behind_the_back_of_who_decides(self):
        self.rule.active = False
        rule = self.rule.with_user(self.asker)
        rule.key = "one-person"
        self.assertEqual(rule.key, "one-person")
        change = self.ask(rule, active=True)

        self.assertEqual(self.ask(rule, key="another"), change)

        self.assertEqual(rule.key, "one-person")
        self.assertIn("+ Key: another", change.difference)
        self.decide(change)
        self.assertEqual((rule.active, rule.key), (True, "another"))

    def test_k6_rule_that_holds_is_archived_by_two_and_not_deleted_by_one(self):
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.rule.with_user(self.asker).unlink()

        self.decide(self.ask(self.rule, active=False))

        self.assertFalse(self.rule.active)
        self.rule.with_user(self.asker).unlink()
        self.assertFalse(self.rule.exists())

    def test_k6_change_of_a_rule_that_is_gone_can_only_be_rejected(self):
        change = self.ask(self.rule, active=False)
        self.rule.unlink()

        with self.assertRaisesRegex(UserError, "is gone"):
            self.decide(change)
        self.decide(change, "reject")

        self.assertEqual(change.state, "rejected")

    # ------------------------------------------------------------------ settings

    def test_k6_setting_of_a_plant_holds_once_a_second_person_agrees(self):
        row = self.row(RESTART, self.plant).with_user(self.asker)
        change = row._override(False, "People start it")

        self.assertIs(self.env["mfg.setting"]._get(RESTART, self.plant), True)
        self.assertEqual(row.mfg_change_id, change)
        self.assertRegex(change.difference, r"(?m)^\+ .*Berlin: No$")
        self.decide(change)

        self.assertIs(self.env["mfg.setting"]._get(RESTART, self.plant), False)
        trail = self.trail(self.plant, "setting.changed")[0]
        self.assertEqual(
            (trail.new_value, trail.why),
            (f"{RESTART} = {json.dumps(False)}", "People start it"),
        )

    def test_k6_second_person_is_switched_off_by_two_people(self):
        change = self.row(SECOND, self.plant).with_user(self.asker)._override(False)

        self.assertTrue(self.ask(self.connector, outage_policy="block"))
        self.decide(change)

        self.assertFalse(self.env["mfg.setting"]._get(SECOND, self.plant))

    def test_k6_dropped_setting_waits_too(self):
        self.env["mfg.setting"]._set(RESTART, self.plant, False)

        self.row(RESTART, self.plant).with_user(self.asker).action_drop()

        row = self.row(RESTART, self.plant)
        self.assertTrue(row.is_own)
        self.decide(self.waiting(row))
        self.assertIs(self.env["mfg.setting"]._get(RESTART, self.plant), True)

    def test_k6_value_that_a_setting_does_not_take_is_refused_at_once(self):
        with self.assertRaises(ValidationError):
            self.row("retention.bodies_days", self.plant).with_user(
                self.asker
            )._override(-1)

    # --------------------------------------------------------------- the change

    def test_k6_nobody_writes_a_change_but_its_reason(self):
        change = self.ask(self.connector, outage_policy="block")

        for user, values in (
            (self.asker, {"state": "applied"}),
            (self.asker, {"steps": [{"outage_policy": "continue"}]}),
            (self.other, {"why": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                change.with_user(user).write(values)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            change.with_user(self.asker).copy()

    def test_k6_approver_opens_what_is_changed(self):
        for record, values in (
            (self.connector, {"outage_policy": "block"}),
            (self.rule, {"active": False}),
        ):
            action = self.ask(record, **values).action_open_record()
            self.assertEqual(
                (action["res_model"], action["res_id"]), (record._name, record.id)
            )

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ManufacturingCase
from .rules_case import RulesScene

NOTIFY = {"kind": "notify", "text": "{document} is held: {reason}"}


@tagged("post_install", "-at_install")
class TestRule(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = RulesScene(cls.env)

    def fired(self, rule):
        return len(self.rules.runs(rule))

    # -------------------------------------------------------------- conditions

    def test_d1_rule_acts_only_when_all_its_conditions_are_met(self):
        met = self.rules.rule(
            [NOTIFY],
            [
                ("data", "reason_code", "=", "manual"),
                ("document", "product_qty", ">=", "100"),
                ("document", "product_id.default_code", "in", "GB-100, GB-200"),
            ],
        )
        unmet = self.rules.rule([NOTIFY], [("document", "product_qty", ">", "1000")])

        self.given_hold()

        self.assertEqual((self.fired(met), self.fired(unmet)), (1, 0))

    def test_d1_condition_on_a_field_that_nobody_has_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no field nonsense"):
            self.rules.rule([NOTIFY], [("document", "nonsense", "=", "1")])

    def test_d1_rule_gets_a_key_of_its_own_made_of_its_name(self):
        values = {
            "name": "Robot fault: tell the Büro!",
            "trigger": "hold_placed",
            "trigger_model": "mrp.production",
        }

        first, second = self.env["mfg.rule"].create(dict(values)), None
        first.name = "Another name"
        second = self.env["mfg.rule"].create(dict(values))

        self.assertEqual(first.key, "robot-fault-tell-the-buro")
        self.assertEqual(second.key, "robot-fault-tell-the-buro-2")

    def test_d1_form_names_the_fields_that_conditions_can_ask_about(self):
        ping = self.env.ref("mfg_integration_core.mfg_event_type_ping")
        rules = self.env["mfg.rule"]

        told = [
            rules.new(values).known_paths
            for values in (
                {"trigger": "event", "event_type_id": ping.id},
                {"trigger": "state", "trigger_model": "mrp.production"},
                {"trigger": "hold_placed"},
                {"trigger": "event"},
            )
        ]

        self.assertEqual(told[:2], ["note", "from\nto"])
        self.assertIn("reason_code", told[2])
        self.assertFalse(told[3])

    def test_d1_event_is_chosen_by_what_it_says_in_words(self):
        ping = self.env.ref("mfg_integration_core.mfg_event_type_ping")
        types = ping.with_context(mfg_in_words=True)

        found = types.name_search("tried out")

        self.assertEqual(ping.display_name, "mfg.ping.v1")
        self.assertEqual(
            [tuple(row) for row in found],
            [(ping.id, "Connection tried out (mfg.ping.v1)")],
        )

    def test_d1_same_cause_sets_a_rule_off_once(self):
        rule = self.rules.rule([NOTIFY])

        hold = self.given_hold()
        hold._set_off_rules("hold_placed", self.env)

        self.assertEqual(self.fired(rule), 1)

    def test_d1_change_of_a_canonical_state_sets_a_rule_off(self):
        rule = self.rules.rule(
            [NOTIFY], [("data", "to", "=", "blocked")], trigger="state"
        )

        self.given_hold()
        self.commit()

        run = self.rules.runs(rule)
        self.assertEqual(run.facts, {"from": "released", "to": "blocked"})
        self.assertEqual(run._document(), self.order)

    def test_d1_availability_of_equipment_sets_a_rule_off(self):
        rule = self.rules.rule(
            [NOTIFY],
            [("data", "to", "=", "down")],
            trigger="state",
            trigger_model="maintenance.equipment",
        )

        self.equipment._mfg_report_state("Aborted")

        self.assertEqual(self.rules.runs(rule)._document(), self.equipment)

    def test_d1_rules_that_set_each_other_off_come_to_an_end(self):
        rule = self.rules.rule([NOTIFY])
        holds = self.env["mfg.hold"].with_context(mfg_rule_depth=5)

        with self.assertLogs("odoo.addons.mfg_integration_core", "WARNING"):
            holds._place(self.order, reason_code="manual", reason="Again")

        self.assertEqual(self.fired(rule), 0)
        note = self.env["mfg.hub.note"].search([], limit=1, order="id desc")
        self.assertIn("set off each other", note.text)

    def test_d1_what_no_rule_waits_for_costs_no_query(self):
        self.env["mfg.rule"].search([]).active = False
        self.env.flush_all()
        self.env["mfg.rule"]._wiring()

        with self.assertQueryCount(0):
            self.env["mfg.rule"]._fire(
                "state", ["mrp.production"], self.order, {}, cause="test"
            )

    # ------------------------------------------------------------------- scope

    def given_plant_with_line(self):
        plant = self.scene.plant("Berlin", code="BER")
        line = self.scene.line(plant, workcenters=self.workcenter)
        self.order.picking_type_id.warehouse_id.mfg_plant_id = plant
        self.env.flush_all()
        return plant, line

    def test_n1_nearest_rule_of_a_key_wins(self):
        plant, line = self.given_plant_with_line()
        wide = self.rules.rule([NOTIFY], key="one")
        of_plant = self.rules.rule([NOTIFY], key="one", plant_id=plant.id)
        of_line = self.rules.rule([NOTIFY], key="one", line_id=line.id)

        self.given_hold()
        of_line.active = False
        self.given_hold(reason="A second one")

        counts = [self.fired(rule) for rule in (wide, of_plant, of_line)]
        self.assertEqual(counts, [0, 1, 1])

    def test_n1_rule_of_another_plant_overrides_nothing_here(self):
        self.given_plant_with_line()
        elsewhere = self.scene.plant("Munich", code="MUC")
        wide = self.rules.rule([NOTIFY], key="one")
        self.rules.rule([NOTIFY], key="one", plant_id=elsewhere.id)

        self.given_hold()

        self.assertEqual(self.fired(wide), 1)

    def test_n1_rule_without_actions_switches_its_key_off_here(self):
        plant, _line = self.given_plant_with_line()
        wide = self.rules.rule([NOTIFY], key="one")
        off = self.rules.rule([], key="one", plant_id=plant.id)

        self.given_hold()

        self.assertEqual((self.fired(wide), self.fired(off)), (0, 0))

    def test_n1_screen_says_which_rule_overrides_which(self):
        plant, line = self.given_plant_with_line()
        wide = self.rules.rule([NOTIFY], key="one", name="Wide")
        near = self.rules.rule([NOTIFY], key="one", name="Near", line_id=line.id)

        self.assertEqual(near.plant_id, plant)
        self.assertEqual(near.scope_level, "line")
        self.assertIn("“Near” holds instead", wide.override_note)
        self.assertIn("Holds instead of “Wide” (Everywhere)", near.override_note)

    def test_n1_two_rules_of_a_key_cannot_hold_in_the_same_place(self):
        self.rules.rule([NOTIFY], key="one")

        with self.assertRaisesRegex(ValidationError, "same place"):
            self.rules.rule([NOTIFY], key="one")

    # ----------------------------------------------------------------- history

    def test_d1_each_change_of_a_rule_is_audited_with_before_and_after(self):
        rule = self.rules.rule([NOTIFY], [("data", "reason_code", "=", "manual")])
        self.commit()

        rule.condition_ids.value = "quality_review"
        rule.write({"action_ids": [(0, 0, {"kind": "wait", "wait_s": 30})]})
        self.commit()

        created, changed = self.audit(rule)
        self.assertEqual(created.action, "rule.created")
        self.assertEqual(changed.action, "rule.changed")
        self.assertIn("reason_code is manual", changed.old_value)
        self.assertIn("reason_code is quality_review", changed.new_value)
        self.assertIn("Wait 30 s", changed.new_value)

    def test_d1_run_keeps_what_its_rule_said_when_it_was_set_off(self):
        rule = self.rules.rule([NOTIFY])
        self.given_hold()

        rule.action_ids.text = "Something else"

        self.assertEqual(self.rules.runs(rule).step_ids.text, NOTIFY["text"])

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .plants_case import ROLES, PlantsScene
from .rules_case import RulesScene

HOLD = {"kind": "notify", "text": "Held"}


@tagged("post_install", "-at_install")
class TestRulesAccess(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plants = PlantsScene(cls.env)
        cls.rules = RulesScene(cls.env)
        cls.wide = cls.rules.rule([HOLD], trigger_model="mrp.workcenter")
        cls.of_b = cls.rules.rule(
            [HOLD],
            [("data", "reason_code", "set", False)],
            trigger_model="mrp.workcenter",
            plant_id=cls.plants.plants["B"].id,
        )
        workcenter = cls.plants.rows["B"]["mfg.hold"]._document()
        cls.env["mfg.hold"]._place(workcenter, reason_code="manual", reason="Other")
        cls.fired = cls.rules.runs(cls.of_b)

    def rows(self):
        """A row of each model, all of plant B."""
        return (
            self.of_b,
            self.of_b.condition_ids,
            self.of_b.action_ids,
            self.fired,
            self.fired.step_ids,
        )

    def test_n3_user_of_one_plant_sees_no_rule_or_run_of_another(self):
        user = self.plants.user("administrator", self.plants.plants["A"])

        for row in self.rows():
            with self.subTest(model=row._name):
                self.assertEqual(len(row), 1)
                seen = row.with_user(user).search([("id", "=", row.id)])
                self.assertFalse(seen)
        self.assertTrue(self.wide.with_user(user).search([("id", "=", self.wide.id)]))

    def test_n3_run_that_belongs_to_no_plant_is_for_users_of_all_plants_only(self):
        self.fired.plant_id = False
        self.env.flush_all()
        plant_b = self.plants.plants["B"]

        for user, seen in (
            (self.plants.user("operator", plant_b), 0),
            (self.plants.user("operator"), 1),
        ):
            for row in (self.fired, self.fired.step_ids):
                found = row.with_user(user).search_count([("id", "=", row.id)])
                self.assertEqual(found, seen, row._name)

    def test_n3_nobody_sees_rules_and_runs_of_another_company(self):
        company = self.env["res.company"].create({"name": "Stranger"})
        stranger = new_test_user(
            self.env,
            "rules-stranger",
            "mfg_integration_core.group_administrator",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

        for row in self.rows():
            with self.subTest(model=row._name):
                self.assertFalse(row.with_user(stranger).search([("id", "=", row.id)]))

    def test_k1_every_role_reads_rules_and_only_administrators_change_them(self):
        for role in ROLES:
            user = self.plants.user(role)
            for row in self.rows():
                with self.subTest(role=role, model=row._name):
                    row.with_user(user).read(["display_name"])
                    is_run = row._name in ("mfg.rule.run", "mfg.rule.step")
                    if is_run or role != "administrator":
                        with self.assertRaises(AccessError):
                            row.with_user(user).write({"name": "Mine"})

    def test_k1_viewer_neither_stops_a_run_nor_tries_it_again(self):
        run = self.fired.with_user(self.plants.user("viewer"))

        for action in (run.action_cancel, run.action_try_again):
            with self.assertRaises(AccessError):
                action()

"""What is promised of every record of a plant, for the tests of any addon."""

import json

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .plants_case import ROLES, SECRET, PlantsScene


class PlantsChecks:
    """The promises about the rows of a scene; mixed into a case with transactions."""

    #: Builds the plants and their rows; a class of its own for each addon.
    scene_class = PlantsScene
    #: Models of its rows that only the hub writes, no person of whatever role.
    unwritten = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = cls.scene_class(cls.env)
        cls.a, cls.b = cls.scene.plants["A"], cls.scene.plants["B"]
        cls.of_a = {role: cls.scene.user(role, cls.a) for role in ROLES}

    def seen(self, user, name):
        """The models of which the user sees the row of the plant."""
        return {
            model
            for model, row in self.scene.rows[name].items()
            if row in self.env[model].with_user(user).search([("id", "in", row.ids)])
        }

    def stored_models(self, module):
        """Names of the models that a module stores rows of for good."""
        return {
            model._name
            for model in self.env.values()
            if model._original_module == module
            and not model._abstract
            and not model._transient
        }

    def test_n3_user_of_one_plant_sees_nothing_of_another_in_any_role(self):
        everything = set(self.scene.rows["A"])

        for role, user in self.of_a.items():
            self.assertEqual(self.seen(user, "A"), everything, role)
            self.assertEqual(self.seen(user, "B"), set(), role)

    def test_n3_user_without_plants_sees_them_all(self):
        user = self.scene.user("viewer")

        for name in ("A", "B"):
            self.assertEqual(self.seen(user, name), set(self.scene.rows[name]))

    def test_n3_user_of_two_plants_sees_both(self):
        user = self.scene.user("viewer", self.a, self.b)

        for name in ("A", "B"):
            self.assertEqual(self.seen(user, name), set(self.scene.rows[name]))

    def test_n3_user_of_another_company_sees_none(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.scene.user("administrator")
        user.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})

        for name in ("A", "B"):
            self.assertEqual(self.seen(user, name), set())

    def test_n3_no_field_of_another_plants_row_is_read(self):
        user = self.of_a["administrator"]

        for model, row in self.scene.rows["B"].items():
            record = self.env[model].with_user(user).browse(row.id)
            with self.subTest(model=model), self.assertRaises(AccessError):
                record.read()

    def test_n3_form_of_an_own_row_is_opened_in_any_role(self):
        for role, user in self.of_a.items():
            for model, row in self.scene.rows["A"].items():
                record = row.with_user(user)
                form = record.get_views([(False, "form")])["views"]["form"]["arch"]
                shown = etree.fromstring(form).xpath("//field[not(ancestor::field)]")
                with self.subTest(model=model, role=role):
                    self.assertTrue(record.read([node.get("name") for node in shown]))

    def test_n3_nobody_writes_by_hand_what_the_hub_writes(self):
        for role, user in self.of_a.items():
            for model in self.unwritten:
                row = self.scene.rows["A"][model].with_user(user)
                for act in (
                    lambda row=row: row.write({"display_name": "Mine"}),
                    lambda row=row: row.create({}),
                    row.unlink,
                ):
                    with (
                        self.subTest(model=model, role=role),
                        self.assertRaises(AccessError),
                    ):
                        act()


class PlantsOverHttpChecks:
    """The same over JSON-RPC; mixed into an ``HttpCase``."""

    scene_class = PlantsScene

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = cls.scene_class(cls.env)
        cls.reader = cls.scene.user(
            "administrator", cls.scene.plants["A"], login="plant-a-user"
        )

    def setUp(self):
        super().setUp()
        self.authenticate("plant-a-user", "plant-a-user")

    def call(self, model, method, *args, **kwargs):
        """What the server answers to a call of the web client, as text."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()

    def test_n3_no_call_of_the_web_client_gives_out_a_body_of_another_plant(self):
        for model, row in self.scene.rows["B"].items():
            as_reader = self.env[model].with_user(self.reader)
            names = list(as_reader.fields_get(attributes=["type"]))
            specification = {name: {} for name in names}
            domain = [["id", "=", row.id]]
            calls = (
                ("read", [row.ids], {}),
                ("search_read", [domain], {}),
                ("web_read", [row.ids], {"specification": specification}),
                (
                    "web_search_read",
                    [],
                    {"domain": domain, "specification": specification},
                ),
                ("export_data", [row.ids, ["id", "display_name"]], {}),
                ("copy_data", [row.ids], {}),
            )
            for method, args, kwargs in calls:
                with self.subTest(model=model, method=method), mute_logger("odoo.http"):
                    answer = self.call(model, method, *args, **kwargs)

                    self.assertNotIn(SECRET, json.dumps(answer))
                    result = answer.get("result")
                    self.assertTrue(
                        "error" in answer
                        or result in ([], {"length": 0, "records": []}),
                        answer,
                    )

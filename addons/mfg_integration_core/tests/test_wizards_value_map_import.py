import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ManufacturingCase

HEADING = "plant;map;direction;their_code;our_value;note"


@tagged("post_install", "-at_install")
class TestValueMapImport(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-table"}
        )
        cls.plant = cls.scene.plant("Berlin")
        cls.maps = cls.env["mfg.value.map"]

    def given_table(self, *lines, heading=HEADING):
        text = "\r\n".join([heading, *lines])
        return self.env["mfg.value.map.import"].create(
            {
                "connector_id": self.connector.id,
                "table": base64.b64encode(text.encode("utf-8-sig")),
            }
        )

    def own(self):
        return self.maps.search([("connector_id", "=", self.connector.id)])

    def tried(self, *lines):
        wizard = self.given_table(*lines)
        wizard.action_try()
        return wizard

    def test_b2_table_is_imported_with_words_records_and_plants(self):
        self.given_table(
            ";reason;both;R7;tool_broken;as agreed",
            "BERLIN;product;in;4711;GB-200;",
        ).action_import()

        self.assertRecordValues(
            self.own().sorted("map_name"),
            [
                {"map_name": "product", "plant_id": self.plant.id, "note": False},
                {"map_name": "reason", "plant_id": False, "note": "as agreed"},
            ],
        )
        self.assertEqual(
            self.maps._ours(self.connector, "product", "4711", self.plant), self.product
        )

    def test_b2_trial_tells_line_by_line_and_changes_nothing(self):
        self.given_table(";reason;both;R7;tool_broken;").action_import()

        wizard = self.tried(
            ";reason;both;R7;tool_broken;",
            ";reason;both;R8;no_material;",
            ";product;in;4711;NOBODY;",
        )

        self.assertRecordValues(
            wizard.line_ids,
            [
                {"number": 2, "outcome": "same"},
                {"number": 3, "outcome": "added"},
                {"number": 4, "outcome": "wrong"},
            ],
        )
        self.assertIn("NOBODY is the code of no product", wizard.line_ids[2].told)
        self.assertEqual(self.own().mapped("partner_code"), ["R7"])
        self.assertIsNone(self.maps._ours(self.connector, "reason", "R8"))

    def test_b2_changed_line_tells_before_and_after(self):
        self.given_table(";reason;both;R7;tool_broken;").action_import()

        wizard = self.tried(";reason;both;R7;no_material;")

        self.assertEqual(wizard.line_ids.outcome, "changed")
        self.assertIn("tool_broken", wizard.line_ids.told)
        self.assertIn("no_material", wizard.line_ids.told)

    def test_b2_nothing_is_imported_while_a_line_is_wrong(self):
        wizard = self.given_table(
            ";reason;both;R7;tool_broken;", "NOWHERE;reason;both;R8;other;"
        )

        with self.assertRaisesRegex(UserError, "lines are wrong: 3"):
            wizard.action_import()

    def test_b2_what_is_wrong_says_what_to_do(self):
        wizard = self.tried(
            ";colour;both;R7;red;",
            "NOWHERE;reason;both;R7;other;",
            ";reason;sideways;R7;other;",
            ";reason;both;;other;",
        )

        told = wizard.line_ids.mapped("told")
        self.assertIn("Write one of", told[0])
        self.assertIn("BERLIN", told[1])
        self.assertIn("Write in", told[2])
        self.assertIn("Fill it in", told[3])

    def test_b2_export_is_what_the_import_takes(self):
        self.given_table(
            ";reason;both;R7;tool_broken;as agreed",
            "BERLIN;product;in;4711;GB-200;",
            ";reason;in;=R9;other;",
        ).action_import()
        action = self.connector.action_export_value_maps()
        table_id = int(action["url"].split("/")[4])
        table = self.env["mfg.value.map.export"].browse(table_id).table

        wizard = self.env["mfg.value.map.import"].create(
            {"connector_id": self.connector.id, "table": table}
        )
        wizard.action_try()

        self.assertEqual(wizard.line_ids.mapped("outcome"), ["same"] * 3)
        # A spreadsheet must not take a code for a formula.
        self.assertIn(b";'=R9;", base64.b64decode(table))

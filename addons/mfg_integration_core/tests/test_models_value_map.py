from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, new_test_user, tagged

from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestValueMap(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.scene.wordy()
        cls.plant = cls.scene.plant("Berlin")
        cls.units = cls.env.ref("uom.product_uom_unit")
        cls.dozens = cls.env.ref("uom.product_uom_dozen")
        cls.maps = cls.env["mfg.value.map"]

    def given_entry(self, code, meaning, map_name="reason", **values):
        field = self.maps._record_field(map_name)
        values[field or "value"] = meaning.id if field else meaning
        return self.maps.create(
            {
                "connector_id": self.connector.id,
                "map_name": map_name,
                "partner_code": code,
                **values,
            }
        )

    def shipped(self, map_name):
        return self.maps.search(
            [
                ("connector_id", "=", self.connector.id),
                ("map_name", "=", map_name),
                ("shipped", "=", True),
            ],
            order="partner_code",
        )

    # ----------------------------------------------------------------- reading

    def test_b2_code_means_a_word_or_a_record(self):
        self.given_entry("R7", "tool_broken")
        self.given_entry("DZ", self.dozens, "uom")

        self.assertEqual(self.maps._ours(self.connector, "reason", "R7"), "tool_broken")
        self.assertEqual(self.maps._ours(self.connector, "uom", "DZ"), self.dozens)
        self.assertIsNone(self.maps._ours(self.connector, "uom", "dz"))
        self.assertEqual(self.maps._theirs(self.connector, "uom", self.dozens), "DZ")
        self.assertIsNone(self.maps._theirs(self.connector, "uom", self.units))

    def test_b2_nearest_plant_wins(self):
        self.given_entry("EA", self.units, "uom")
        self.given_entry("EA", self.dozens, "uom", plant_id=self.plant.id)
        other = self.scene.plant("Lyon")

        meant = [
            self.maps._ours(self.connector, "uom", "EA", plant)
            for plant in (None, self.plant, other)
        ]

        self.assertEqual(meant, [self.units, self.dozens, self.units])

    def test_b2_other_connectors_have_words_of_their_own(self):
        self.given_entry("EA", self.units, "uom")
        other = self.connector.copy({"name": "Other", "code": "other"})

        self.assertIsNone(self.maps._ours(other, "uom", "EA"))

    def test_b2_change_is_read_at_once(self):
        entry = self.given_entry("R7", "tool_broken")
        self.assertEqual(self.maps._ours(self.connector, "reason", "R7"), "tool_broken")

        entry.value = "no_material"

        self.assertEqual(self.maps._ours(self.connector, "reason", "R7"), "no_material")
        entry.unlink()
        self.assertIsNone(self.maps._ours(self.connector, "reason", "R7"))

    def test_b2_words_are_kept_in_memory(self):
        self.given_entry("R7", "tool_broken")
        self.maps._ours(self.connector, "reason", "R7")
        self.env.flush_all()

        with self.assertQueryCount(0):
            self.maps._ours(self.connector, "reason", "R7")

    def test_b2_message_of_a_plant_goes_out_in_its_words(self):
        self.plant.warehouse_ids = self.order.picking_type_id.warehouse_id
        self.given_entry("11", "1", "level", direction="out")
        self.given_entry("12", "1", "level", direction="out", plant_id=self.plant.id)
        message = self.env["mfg.outbox.message"].create(
            {
                "uuid": "of-a-plant",
                "connector_id": self.connector.id,
                "ordering_key": "one",
                "res_model": self.order._name,
                "res_id": self.order.id,
            }
        )
        envelope = {"id": "m", "data": {"number": 1}}
        view = {"base_url": "https://wordy.example.com", "username": "", "secret": ""}

        bodies = [
            self.connector._get_template(row).operation("tell").request(envelope, view)
            for row in (None, message)
        ]

        # A number, as the shipped codes are.
        self.assertIn(b'"number":11', bodies[0].body.replace(b" ", b""))
        self.assertIn(b'"number":12', bodies[1].body.replace(b" ", b""))

    def test_b2_event_of_a_plants_connector_is_read_in_its_words(self):
        self.given_entry("ODD", "once", "fail", direction="in")
        here = {"direction": "in", "plant_id": self.plant.id}
        self.given_entry("ODD", "old", "fail", **here)
        body = b'{"subject": "S", "number": 1, "how": "ODD"}'

        self.connector.plant_id = self.plant
        words = self.connector._get_template().webhook({"webhook-id": "1"}, body)

        self.assertEqual(words.data["fail"], "old")

    # ----------------------------------------------------------------- shipped

    def test_b2_words_of_the_template_are_shown_as_shipped(self):
        self.assertRecordValues(
            self.shipped("fail"),
            [
                {"partner_code": "BAD", "value": "invalid", "direction": "in"},
                {"partner_code": "EARLY", "value": "missing", "direction": "in"},
            ],
        )
        self.assertRecordValues(
            self.shipped("level"),
            [
                {"partner_code": "10", "value": "1", "direction": "out"},
                {"partner_code": "20", "value": "2", "direction": "out"},
            ],
        )

    def test_b2_shipped_words_go_with_the_template(self):
        self.connector.template = "test_partner"

        self.assertFalse(self.shipped("fail"))

    def test_b2_own_entry_goes_before_the_shipped_one(self):
        action = self.shipped("fail")[0].action_override()
        with Form(self.maps.with_context(**action["context"])) as form:
            form.value = "user_error"
        form.save()

        words = self.connector._get_template().webhook(
            {"webhook-id": "1"}, b'{"subject": "S", "number": 1, "how": "BAD"}'
        )

        self.assertEqual(words.data["fail"], "user_error")
        self.assertEqual(self.shipped("fail").mapped("overridden"), [True, False])

    def test_b2_shipped_entry_is_changed_by_nobody(self):
        administrator = new_test_user(
            self.env, "maps-admin", "mfg_integration_core.group_administrator"
        )

        with self.assertRaises(AccessError):
            self.shipped("fail")[0].with_user(administrator).value = "once"

    # -------------------------------------------------------------- constraints

    def test_b2_one_code_has_one_meaning_per_plant_and_direction(self):
        self.given_entry("R7", "tool_broken")
        self.given_entry("R7", "no_material", plant_id=self.plant.id)

        with self.assertRaisesRegex(ValidationError, "R7 means tool_broken already"):
            self.given_entry("R7", "no_material")

    def test_b2_of_several_codes_with_one_meaning_one_is_sent(self):
        self.given_entry("R7", "tool_broken")

        with self.assertRaisesRegex(ValidationError, "we send R7 already"):
            self.given_entry("R8", "tool_broken")

        self.given_entry("R8", "tool_broken", direction="in")
        self.assertEqual(
            self.maps._theirs(self.connector, "reason", "tool_broken"), "R7"
        )

    def test_b2_map_of_records_takes_a_record_and_nothing_else(self):
        with self.assertRaisesRegex(ValidationError, "Choose what EA means"):
            self.maps.create(
                {
                    "connector_id": self.connector.id,
                    "map_name": "uom",
                    "partner_code": "EA",
                    "value": "Units",
                }
            )

    def test_b2_plant_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Another"})
        plant = self.scene.plant("Oslo", company_id=company.id)

        with self.assertRaises(UserError):
            self.given_entry("R7", "tool_broken", plant_id=plant.id)

    # -------------------------------------------------------------------- trail

    def test_b2_every_change_is_in_the_audit_trail(self):
        entry = self.given_entry("R7", "tool_broken", note="As agreed")
        entry.value = "no_material"
        entry.unlink()

        trail = self.audit(self.connector).filtered(
            lambda each: each.action.startswith("mapping.")
        )

        self.assertEqual(
            trail.mapped("action"),
            ["mapping.added", "mapping.changed", "mapping.removed"],
        )
        self.assertIn("R7 = tool_broken", trail[1].old_value)
        self.assertIn("R7 = no_material", trail[1].new_value)
        self.assertEqual(trail[0].why, "As agreed")

    def test_n3_what_is_mapped_for_one_plant_is_told_to_its_users_only(self):
        entry = self.given_entry("R7", "tool_broken", plant_id=self.plant.id)
        entry.value = "no_material"
        entry.unlink()
        self.given_entry("R8", "no_material")

        told = self.audit(self.connector).filtered(
            lambda each: each.action.startswith("mapping.")
        )

        self.assertEqual(told.mapped("plant_ref"), [*[self.plant.id] * 3, 0])

    def test_b2_words_of_connectors_of_before_are_listed_by_the_upgrade(self):
        before = self.shipped("level").mapped("display_name")
        self.shipped("level").unlink()
        path = "mfg_integration_core/migrations/1.1.0/end-value-maps.py"

        load_script(path, "value_maps").migrate(self.env.cr, "17.0.1.0.0")
        self.env.invalidate_all()

        self.assertTrue(before)
        self.assertEqual(self.shipped("level").mapped("display_name"), before)

    def test_b2_viewer_reads_and_approver_maps(self):
        self.given_entry("R7", "tool_broken")
        viewer = new_test_user(
            self.env, "maps-viewer", "mfg_integration_core.group_viewer"
        )
        approver = new_test_user(
            self.env, "maps-approver", "mfg_integration_core.group_approver"
        )
        seen = self.maps.with_user(viewer).search(
            [("connector_id", "=", self.connector.id), ("partner_code", "=", "R7")]
        )

        self.assertEqual(seen.meaning, "tool_broken")
        with self.assertRaises(AccessError):
            seen.value = "other"
        seen.with_user(approver).value = "other"

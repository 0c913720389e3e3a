from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestBinding(ManufacturingCase):
    def setUp(self):
        super().setUp()
        self.connector = self.env["mfg.connector"].create(
            {"name": "Line", "code": "line"}
        )

    def given_binding_made_on_screen(self):
        form = Form(self.env["mfg.binding"])
        form.connector_id = self.connector
        form.external_id = "ASSY-R1"
        form.record = f"{self.equipment._name},{self.equipment.id}"
        return form.save()

    def test_person_binds_a_record_by_choosing_it(self):
        self.given_binding_made_on_screen()

        found = self.env["mfg.binding"]._record(
            self.connector, self.equipment._name, "ASSY-R1"
        )
        self.assertEqual(found, self.equipment)

    def test_person_binds_the_reference_to_another_record(self):
        binding = self.given_binding_made_on_screen()
        other = self.scene.equipment(self.workcenter, name="Assembly Robot R2")

        with Form(binding) as form:
            form.record = f"{other._name},{other.id}"

        self.assertRecordValues(
            binding,
            [
                {
                    "res_model": other._name,
                    "res_id": other.id,
                    "kind": "Maintenance Equipment",
                }
            ],
        )

    def test_record_of_a_model_that_nobody_chooses_from_is_still_named(self):
        partner = self.env.company.partner_id

        binding = self.env["mfg.binding"]._bind(self.connector, partner, "V-1")

        self.assertFalse(binding.record)
        self.assertEqual(binding.record_name, partner.display_name)

    # ------------------------------------------------------------------ several

    def bind(self, record, *references):
        bindings = self.env["mfg.binding"]
        return bindings.union(
            *[bindings._bind(self.connector, record, each) for each in references]
        )

    def found(self, reference):
        return self.env["mfg.binding"]._record(
            self.connector, self.equipment._name, reference
        )

    def test_b4_record_has_as_many_references_as_partners_give_it(self):
        self.bind(self.equipment, "A-1", "A-2")

        self.assertEqual(self.found("A-1") | self.found("A-2"), self.equipment)

    def test_b4_reference_is_unique_per_connector_and_kind(self):
        self.bind(self.equipment, "A-1")
        self.bind(self.workcenter, "A-1")
        other = self.connector.copy({"name": "Other", "code": "other"})
        self.env["mfg.binding"]._bind(other, self.equipment, "A-1")

        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["mfg.binding"].create(
                {
                    "connector_id": self.connector.id,
                    "res_model": self.equipment._name,
                    "res_id": self.equipment.id,
                    "external_id": "A-1",
                }
            )

    def given_merger(self):
        """Two machines that the partner has made one."""
        double = self.scene.equipment(self.workcenter, name="R1 (double)")
        old = self.bind(double, "A-OLD")
        kept = self.bind(self.equipment, "A-1")
        wizard = (
            self.env["mfg.binding.merge"]
            .with_context(active_ids=(old | kept).ids)
            .create({"kept_id": kept.id, "why": "Found twice"})
        )
        wizard.action_merge()
        return double, old, kept

    def test_b4_merged_reference_still_leads_to_the_record_and_says_so(self):
        double, old, kept = self.given_merger()

        self.assertEqual(self.found("A-OLD"), self.equipment)
        self.assertEqual(old.display_name, "A-OLD (merged into A-1)")
        self.assertRecordValues(
            old,
            [
                {
                    "merged_into_id": kept.id,
                    "former_name": double.display_name,
                    "merged_by_id": self.env.uid,
                }
            ],
        )

    def test_b4_we_say_the_reference_that_stays(self):
        self.given_merger()

        said = self.env["mfg.binding"]._external_id(self.connector, self.equipment)

        self.assertEqual(said, "A-1")

    def test_b4_merger_is_told_at_both_records(self):
        double, _old, _kept = self.given_merger()

        for record in (double, self.equipment):
            (entry,) = self.audit(record, "binding.merged")
            self.assertIn("A-OLD", entry.old_value)
            self.assertIn("A-1", entry.new_value)
            self.assertEqual(entry.why, "Found twice")

    def test_b4_what_was_merged_before_follows(self):
        _double, old, kept = self.given_merger()
        newest = self.bind(self.scene.equipment(self.workcenter, name="R3"), "A-3")

        kept._merge_into(newest)

        self.assertEqual((old | kept).merged_into_id, newest)
        self.assertEqual(self.found("A-OLD").name, "R3")

    def test_b4_references_of_two_partners_are_not_merged(self):
        mine = self.bind(self.equipment, "A-1")
        other = self.connector.copy({"name": "Other", "code": "other"})
        theirs = self.env["mfg.binding"]._bind(other, self.equipment, "B-1")

        with self.assertRaisesRegex(UserError, "one connector"):
            self.env["mfg.binding.merge"].with_context(
                active_ids=(mine | theirs).ids
            ).create({"kept_id": mine.id, "why": "?"})

    def test_b4_what_a_reference_meant_before_is_kept(self):
        binding = self.bind(self.equipment, "A-1")
        other = self.scene.equipment(self.workcenter, name="R2")

        self.bind(other, "A-1")

        self.env.invalidate_all()
        self.assertEqual(binding.res_id, other.id)
        self.assertEqual(binding.former_res_id, self.equipment.id)

    def test_b4_record_shows_what_partners_call_it(self):
        binding = self.bind(self.product, "4711")

        for record in (self.product, self.product.product_tmpl_id):
            action = record.action_view_mfg_bindings()
            self.assertEqual(self.env["mfg.binding"].search(action["domain"]), binding)

    def test_references_of_many_messages_are_read_at_once(self):
        bindings = self.env["mfg.binding"]
        partners = self.env["res.partner"].create([{"name": n} for n in "abc"])
        for partner in partners[:2]:
            bindings._bind(self.connector, partner, f"V-{partner.name}")
        # Another partner's word for the same record is not this one's.
        other = self.connector.copy({"name": "Other", "code": "other"})
        bindings._bind(other, partners[2], "X-c")
        messages = self.env["mfg.outbox.message"].create(
            [
                {
                    "uuid": partner.name,
                    "connector_id": self.connector.id,
                    "ordering_key": partner.name,
                    "res_model": partner._name,
                    "res_id": partner.id,
                }
                for partner in partners
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        # Odoo keeps from the first look on who may read which field.
        messages.mapped("document_reference")
        self.env.invalidate_all()

        with self.assertQueryCount(2):  # the messages, the bindings
            references = [message.document_reference for message in messages]

        self.assertEqual(references, ["V-a", "V-b", False])

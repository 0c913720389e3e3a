from odoo.tests import Form, tagged

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

        with self.assertQueryCount(2):  # the messages, the bindings
            references = [message.document_reference for message in messages]

        self.assertEqual(references, ["V-a", "V-b", False])

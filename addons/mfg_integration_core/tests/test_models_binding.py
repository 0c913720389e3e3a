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

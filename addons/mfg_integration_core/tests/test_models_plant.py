from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestPlant(ManufacturingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.order.picking_type_id.warehouse_id
        cls.plant = cls.scene.plant("Berlin", warehouses=cls.warehouse)
        cls.other = cls.scene.plant("Lyon")

    def scope(self, record):
        return self.env["mfg.plant"]._scope_of(record)[record.id]

    # ------------------------------------------------------------- the record

    def test_n1_code_is_unique_within_the_company_only(self):
        company = self.env["res.company"].create({"name": "Another"})

        self.scene.plant("Berlin", company_id=company.id)

        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.scene.plant("Berlin")

    def test_n1_code_that_no_file_could_name_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "such as BER-1"):
            self.plant.code = "Berlin 1"

    def test_n1_plant_has_the_clock_of_its_company_unless_it_says_another(self):
        self.env.company.partner_id.tz = "Europe/Berlin"

        plant = self.scene.plant("Hamburg")

        self.assertEqual(plant.tz, "Europe/Berlin")
        self.assertEqual(self.scene.plant("Goa", tz="Asia/Kolkata").tz, "Asia/Kolkata")

    def test_n1_warehouse_of_another_company_is_not_taken(self):
        company = self.env["res.company"].create({"name": "Another"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )

        with self.assertRaises(UserError):
            warehouse.mfg_plant_id = self.plant

    def test_n1_plant_with_warehouses_does_not_change_its_company(self):
        company = self.env["res.company"].create({"name": "Another"})

        with self.assertRaises(UserError):
            self.plant.company_id = company

    # -------------------------------------------------------------- belonging

    def test_n1_order_and_transfer_belong_to_the_plant_of_their_warehouse(self):
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )

        self.assertEqual(self.order.mfg_plant_id, self.plant)
        self.assertEqual(transfer.mfg_plant_id, self.plant)
        self.assertEqual(self.scene.order(self.bom).mfg_plant_id, self.plant)

    def test_n1_work_order_belongs_to_the_plant_of_its_line_else_of_its_order(self):
        workorder = self.order.workorder_ids
        before = workorder.mfg_plant_id

        self.scene.line(self.other, workcenters=self.workcenter)

        self.assertEqual(before, self.plant)
        self.assertEqual(workorder.mfg_plant_id, self.other)
        self.assertEqual(self.workcenter.mfg_plant_id, self.other)
        self.assertEqual(self.equipment.mfg_plant_id, self.other)
        self.assertEqual(self.order.mfg_plant_id, self.plant)

    def test_n1_scope_names_company_plant_and_line(self):
        line = self.scene.line(self.plant, workcenters=self.workcenter)
        request = self.scene.request(self.equipment)
        expected = (self.env.company, self.plant, line)

        for record in (
            self.order,
            self.order.workorder_ids,
            self.workcenter,
            self.equipment,
            request,
            line,
        ):
            self.assertEqual(self.scope(record), expected, record)

    def test_n1_order_on_two_lines_belongs_to_none_of_them(self):
        workcenter = self.scene.workcenter("Packing")
        self.scene.line(self.plant, "One", workcenters=self.workcenter)
        self.scene.line(self.plant, "Two", workcenters=workcenter)
        self.env["mrp.workorder"].create(
            {
                "name": "Pack",
                "production_id": self.order.id,
                "workcenter_id": workcenter.id,
                "product_uom_id": self.order.product_uom_id.id,
            }
        )

        scope = self.scope(self.order)

        self.assertEqual(scope.plant, self.plant)
        self.assertFalse(scope.line)

    def test_n1_what_has_no_plant_belongs_to_its_company(self):
        scope = self.scope(self.lot)

        self.assertEqual(scope.company, self.env.company)
        self.assertFalse(scope.plant)
        self.assertEqual(self.scope(self.env.company).company, self.env.company)
        self.assertEqual(self.scope(self.env.user.partner_id).plant.ids, [])

    def test_n1_scope_of_many_orders_costs_as_much_as_of_one(self):
        orders = self.order + self.scene.order(self.bom) + self.scene.order(self.bom)
        self.env.flush_all()

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["mfg.plant"]._scope_of(records)
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(orders), queries(self.order))

    # ----------------------------------------------------------------- access

    def test_n3_plants_of_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Another"})
        theirs = self.scene.line(self.scene.plant("Paris", company_id=company.id))
        ours = self.scene.line(self.plant)
        user = new_test_user(self.env, "plant-reader", "base.group_user")

        lines = self.env["mfg.line"].with_user(user).search([])
        plants = self.env["mfg.plant"].with_user(user).search([])

        self.assertIn(ours, lines)
        self.assertNotIn(theirs, lines)
        self.assertIn(self.plant, plants)
        self.assertNotIn(theirs.plant_id, plants)

    def test_n3_only_administrators_describe_plants(self):
        for role in ("viewer", "operator", "approver", "auditor", "administrator"):
            group = f"mfg_integration_core.group_{role}"
            user = new_test_user(self.env, f"plant-{role}", group)
            access = self.env["ir.model.access"].with_user(user)

            allowed = access.check("mfg.plant", "write", raise_exception=False)

            self.assertEqual(allowed, role == "administrator", role)

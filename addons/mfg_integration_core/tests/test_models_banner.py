from odoo.tests import Form, new_test_user, tagged

from ..compat import producing_lots
from .common import ManufacturingCase


@tagged("post_install", "-at_install")
class TestBanner(ManufacturingCase):
    def told(self, record):
        """``(name, who clears it, what is held)`` of each line of the banner."""
        record.invalidate_recordset(["mfg_blockers"])
        return [
            (line["name"], line["clearer"], (line["document"] or {}).get("name"))
            for line in record.mfg_blockers or ()
        ]

    def given_transfer(self):
        """A transfer of the lot, ready to be validated."""
        warehouse = self.order.picking_type_id.warehouse_id
        self.scene.stock(self.product, 5, lot=self.lot)
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self.env["stock.move.line"].create(
            {
                "picking_id": transfer.id,
                "product_id": self.product.id,
                "lot_id": self.lot.id,
                "quantity": 5,
                "location_id": transfer.location_id.id,
                "location_dest_id": transfer.location_dest_id.id,
            }
        )
        return transfer

    def test_o1_order_says_what_blocks_it_since_when_and_who_can_clear_it(self):
        request = self.scene.request(self.equipment)

        hold = self.given_hold(self.order, blocker=request)

        (line,) = self.order.mfg_blockers
        self.assertEqual(line["name"], hold.name)
        self.assertEqual(line["clearer"], "Maintenance")
        self.assertEqual(line["since"], f"{hold.placed_at.isoformat()}Z")
        self.assertEqual((line["model"], line["id"]), ("mfg.hold", hold.id))
        self.assertIsNone(line["document"])
        self.assertEqual(
            line["blocker"],
            {
                "model": "maintenance.request",
                "id": request.id,
                "name": request.display_name,
            },
        )

    def test_o1_held_lot_is_told_on_itself_its_order_and_its_transfer(self):
        transfer = self.given_transfer()

        hold = self.given_hold(self.lot, reason="Cracked", clearer="Quality")

        line = (hold.name, "Quality")
        self.assertEqual(producing_lots(self.order), self.lot)
        self.assertEqual(self.told(self.lot), [(*line, None)])
        self.assertEqual(self.told(self.order), [(*line, self.lot.display_name)])
        self.assertEqual(self.told(transfer), [(*line, self.lot.display_name)])

    def test_o1_work_order_names_the_order_the_work_center_and_the_machine(self):
        for document in (self.order, self.workcenter, self.equipment):
            self.given_hold(document, reason=document.display_name)

        held = [document for *_line, document in self.told(self.order.workorder_ids)]

        self.assertEqual(
            held,
            [
                self.order.display_name,
                self.workcenter.display_name,
                self.equipment.display_name,
            ],
        )

    def test_o1_held_work_order_and_transfer_say_so_themselves(self):
        transfer = self.given_transfer()
        for document in (self.order.workorder_ids, transfer):
            hold = self.given_hold(document)

            self.assertEqual(self.told(document), [(hold.name, "Maintenance", None)])

    def test_o1_receipt_names_its_supplier_on_hold(self):
        warehouse = self.order.picking_type_id.warehouse_id
        supplier = self.env["res.partner"].create({"name": "Castings Ltd"})
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "partner_id": supplier.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
            }
        )

        hold = self.given_hold(supplier, clearer="Purchase")

        line = (hold.name, "Purchase", supplier.display_name)
        self.assertEqual(self.told(receipt), [line])

    def test_o1_nothing_is_told_once_the_hold_is_lifted(self):
        hold = self.given_hold(self.equipment)

        hold._lift("Repaired")

        self.assertEqual(self.told(self.equipment), [])
        self.assertEqual(self.told(self.order.workorder_ids), [])

    def test_o1_who_may_not_see_holds_reads_the_banner_without_their_links(self):
        self.given_hold(self.order)
        planner = new_test_user(self.env, "banner-planner", "mrp.group_mrp_user")

        (line,) = self.order.with_user(planner).mfg_blockers

        self.assertIn("E-STOP", line["name"])
        self.assertIsNone(line["model"])

    def test_o1_banner_links_only_documents_that_its_reader_may_open(self):
        foreign = self.scene.request(self.equipment)
        self.given_hold(self.order, blocker=foreign)
        transfer = self.given_transfer()
        self.given_hold(self.lot)
        worker = new_test_user(self.env, "banner-worker", "mrp.group_mrp_user")
        fitter = new_test_user(
            self.env,
            "banner-fitter",
            "mrp.group_mrp_user,maintenance.group_equipment_manager",
        )
        seller = new_test_user(self.env, "banner-seller", "base.group_user")

        told = {
            user: self.order.with_user(user).mfg_blockers[0]["blocker"]
            for user in (worker, fitter)
        }
        (lot_line,) = transfer.sudo().with_user(seller).sudo().mfg_blockers

        self.assertIsNone(told[worker]["model"])
        self.assertEqual(told[worker]["name"], foreign.display_name)
        self.assertEqual(told[fitter]["model"], foreign._name)
        self.assertIsNone(lot_line["document"]["model"])
        self.assertEqual(lot_line["document"]["name"], self.lot.display_name)

    def test_o1_banner_of_many_orders_costs_as_much_as_of_one(self):
        orders = self.order + self.scene.order(self.bom) + self.scene.order(self.bom)
        for order in orders:
            self.given_hold(order)
        self.env.flush_all()

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("mfg_blockers")
            return self.env.cr.sql_log_count - before

        # Names of what is held and of what lifts a hold are read one by one.
        self.assertLessEqual(queries(orders), queries(self.order) + len(orders))

    def test_o1_new_order_has_no_banner(self):
        form = Form(self.env["mrp.production"])

        self.assertFalse(form.mfg_blockers)

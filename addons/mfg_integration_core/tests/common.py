"""The plant that the suite's tests play in; shared with the other addons' tests."""

from odoo.tests import TransactionCase

from ..compat import producing_lots, set_producing_lots, storable_vals


class ManufacturingScene:
    """Builds a small plant: a product with one operation, its machine, its orders.

    Takes any environment, so that a test with transactions of its own can use it.
    """

    def __init__(self, env):
        self.env = env

    def product(self, name, **values):
        """A stored product that people make or use."""
        return self.env["product.product"].create(
            {"name": name, **storable_vals(self.env), **values}
        )

    def workcenter(self, name="Assembly Line 1", **values):
        return self.env["mrp.workcenter"].create({"name": name, **values})

    def plant(self, name, *, warehouses=None, **values):
        """A plant of the company, with the warehouses that it is given."""
        values = {"name": name, "code": name.upper(), **values}
        plant = self.env["mfg.plant"].create(values)
        if warehouses:
            warehouses.mfg_plant_id = plant
        return plant

    def line(self, plant, name="Assembly", *, workcenters=None, **values):
        """A line of the plant, made of the work centers."""
        values = {"name": name, "code": name, "plant_id": plant.id, **values}
        line = self.env["mfg.line"].create(values)
        if workcenters:
            workcenters.mfg_line_id = line
        return line

    def equipment(self, workcenter, name="Assembly Robot R1", **values):
        return self.env["maintenance.equipment"].create(
            {"name": name, "mfg_workcenter_id": workcenter.id, **values}
        )

    def wordy(self):
        """The connector of a partner that has words of its own for everything."""
        connector = self.env["mfg.connector"].create(
            {
                "name": "Wordy",
                "code": "wordy",
                "template": "wordy_partner",
                "base_url": "https://wordy.example.com",
            }
        )
        connector.user_id.email = "wordy@example.com"
        return connector

    def box(self, pieces):
        """A unit of measure that holds so many pieces."""
        units = self.env.ref("uom.product_uom_unit")
        values = {"name": f"Box of {pieces}"}
        if "category_id" in units._fields:
            values |= {
                "category_id": units.category_id.id,
                "uom_type": "bigger",
                "factor_inv": pieces,
            }
        else:
            values |= {"relative_uom_id": units.id, "relative_factor": pieces}
        return self.env["uom.uom"].create(values)

    def bom(self, product, components, workcenter, **values):
        """A bill of materials with one operation: one of each component per piece."""
        return self.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": 1.0,
                "bom_line_ids": [
                    (0, 0, {"product_id": component.id, "product_qty": 1.0})
                    for component in components
                ],
                "operation_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Assembly",
                            "workcenter_id": workcenter.id,
                            "time_cycle_manual": 1.0,
                        },
                    )
                ],
                **values,
            }
        )

    def stock(self, product, quantity, lot=None):
        """Have ``quantity`` of the product in the warehouse."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity, lot_id=lot
        )

    def lot(self, product, name="LOT-001"):
        return self.env["stock.lot"].create(
            {
                "name": name,
                "product_id": product.id,
                "company_id": self.env.company.id,
            }
        )

    def order(self, bom, quantity=120.0, lot=None, confirm=True):
        """A manufacturing order, confirmed unless asked otherwise."""
        product = bom.product_tmpl_id.product_variant_id
        order = self.env["mrp.production"].create(
            {"product_id": product.id, "bom_id": bom.id, "product_qty": quantity}
        )
        if lot:
            set_producing_lots(order, lot)
        if confirm:
            order.action_confirm()
            order.action_assign()
        return order

    def request(self, equipment, **values):
        """A corrective maintenance request."""
        return self.env["maintenance.request"].create(
            {
                "name": f"Repair {equipment.name}",
                "equipment_id": equipment.id,
                "maintenance_type": "corrective",
                **values,
            }
        )

    def ready_to_finish(self, order):
        """Report the whole quantity as produced and every component as used."""
        order.qty_producing = order.product_qty
        order._set_qty_producing()
        order.move_raw_ids.picked = True
        return order

    def finish(self, order):
        """Finish the order as its planner does: all of it, no questions."""
        self.ready_to_finish(order)
        return order.with_context(skip_backorder=True).button_mark_done()


class ManufacturingCase(TransactionCase):
    """A plant with one running line, built once per class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = scene = ManufacturingScene(cls.env)
        cls.workcenter = scene.workcenter()
        cls.equipment = scene.equipment(cls.workcenter)
        cls.component = scene.product("Housing")
        cls.product = scene.product(
            "Gearbox GB-200", default_code="GB-200", tracking="lot"
        )
        cls.bom = scene.bom(cls.product, [cls.component], cls.workcenter)
        scene.stock(cls.component, 10000)
        cls.lot = scene.lot(cls.product)
        cls.order = scene.order(cls.bom, lot=cls.lot)
        cls.commit_callbacks(cls.env.cr)

    # ------------------------------------------------------------------ given

    def given_running_workorder(self, order=None):
        """The order's work order, started."""
        workorder = (order or self.order).workorder_ids
        workorder.button_start()
        return workorder

    def given_hold(self, document=None, reason="E-STOP on Assembly Robot R1", **values):
        """A hold on the document, the scene's order by default."""
        values = {
            "reason_code": "manual",
            "clearer": "Maintenance",
            **values,
        }
        return self.env["mfg.hold"]._place(
            document or self.order, reason=reason, **values
        )

    # ------------------------------------------------------------------- then

    @staticmethod
    def commit_callbacks(cr):
        """Do what Odoo does just before a commit, without the commit."""
        cr.flush()

    def commit(self):
        """Do what Odoo does just before a commit, without the commit."""
        self.commit_callbacks(self.env.cr)

    def audit(self, record, action=None):
        """The audit entries about ``record``, oldest first."""
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        if action:
            domain.append(("action", "=", action))
        return self.env["mfg.audit.entry"].search(domain, order="id")

    def assertProducedLots(self, order, lots):
        self.assertEqual(producing_lots(order), lots)

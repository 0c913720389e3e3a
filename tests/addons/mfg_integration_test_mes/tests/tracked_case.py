"""Pumps with serial numbers, made of parts with lots and serial numbers."""

from odoo import Command

from .costs_case import CostsCase

#: What done lines of stock moves of an order say, by role, product and lot.
LINES = """
    SELECT CASE WHEN move.scrap_id IS NOT NULL THEN 'scrap'
                WHEN move.raw_material_production_id IS NOT NULL THEN 'component'
                WHEN move.product_id = production.product_id THEN 'output'
                ELSE 'byproduct' END,
           template.default_code, COALESCE(lot.name, ''),
           round(sum(line.quantity_product_uom::numeric), 6)::float
      FROM mrp_production production
      JOIN mfg_production_posting posting ON posting.production_id = production.id
      JOIN stock_move move ON move.mfg_posting_id = posting.id
      JOIN stock_move_line line ON line.move_id = move.id AND line.state = 'done'
      JOIN product_product template ON template.id = line.product_id
      LEFT JOIN stock_lot lot ON lot.id = line.lot_id
     WHERE production.id = %s
     GROUP BY 1, 2, 3
    HAVING sum(line.quantity_product_uom) <> 0
"""
#: Units of the moves of an order in the valuation; 17.0 has a table of its own for it.
LAYERS = """
    SELECT product.default_code, round(sum(layer.quantity::numeric), 6)::float
      FROM mfg_production_posting posting
      JOIN stock_move move ON move.mfg_posting_id = posting.id
      JOIN stock_valuation_layer layer ON layer.stock_move_id = move.id
      JOIN product_product product ON product.id = layer.product_id
     WHERE posting.production_id = %s
     GROUP BY 1
"""
MINUTES = """
    SELECT workorder.name, sum(line.duration)
      FROM mrp_workorder workorder
      JOIN mrp_workcenter_productivity line ON line.workorder_id = workorder.id
     WHERE workorder.production_id = %s
     GROUP BY 1
"""


class TrackedCase(CostsCase):
    """A pump: one seal with a serial number, one housing of a lot, some grease.

    Each pump leaves a tenth of chips, which have lots; a minute at each operation.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.gearbox.categ_id
        cls.seal = cls.given_product("SEAL", tracking="serial", categ_id=category.id)
        cls.chips = cls.given_product("CHIPS", tracking="lot", categ_id=category.id)
        cls.pump = cls.given_product(
            "PUMP",
            tracking="serial",
            categ_id=category.id,
            mfg_consumption_policy="mixed",
        )
        cls.seals = [cls.buy_seal(f"SE-{number}") for number in range(1, 9)]
        cls.pump_bom = cls.given_bom(cls.pump)
        cls.pump_bom.bom_line_ids = [
            Command.create({"product_id": cls.seal.id, "product_qty": 1})
        ]
        cls.pump_bom.byproduct_ids.product_id = cls.chips
        cls.pump_bom.byproduct_ids.cost_share = 0
        cls.order = cls.scene.order(cls.pump_bom, 5)

    @classmethod
    def buy_seal(cls, name):
        cls.buy(cls.seal, 1, 7, lot=name)
        return name

    # ------------------------------------------------------------------- given

    def seals_of(self, *names):
        """That these seals were used."""
        return [{"product": "SEAL", "quantity": 1, "lot": name} for name in names]

    def housing_of(self, quantity):
        """That housings of the lot H-9 were used."""
        return {"product": "HOUSING", "quantity": quantity, "lot": "H-9"}

    def chips_of(self, quantity, lot):
        """That chips were left."""
        return [{"product": "CHIPS", "quantity": quantity, "lot": lot}]

    # -------------------------------------------------------------------- then

    def rows(self, query, order=None):
        self.env.flush_all()
        self.env.cr.execute(query, ((order or self.order).id,))
        return self.env.cr.fetchall()

    def moved(self, role):
        """``{(product code, lot): quantity}`` in done moves, as SQL says."""
        rows = self.rows(LINES)
        return {(code, lot): many for what, code, lot, many in rows if what == role}

    def minutes(self):
        """``{operation: minutes}`` in the productivity log."""
        return {name: round(many, 1) for name, many in self.rows(MINUTES)}

    def assertValued(self, quantities):
        """So many units went through the valuation, where a table of it counts them."""
        if "stock.valuation.layer" in self.env:
            self.assertEqual(dict(self.rows(LAYERS)), quantities)

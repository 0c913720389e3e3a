from decimal import Decimal
from typing import NamedTuple

from odoo import _, models
from odoo.tools.sql import table_exists

from .mrp_production_ledger import DUE, MOVED

#: Every sum of an order on both sides: reports, and what Odoo made of them.
QUANTITIES = f"""
    SELECT COALESCE(told.role, moved.role) AS what,
           COALESCE(told.product_id, moved.product_id) AS product_id,
           COALESCE(told.lot_id, moved.lot_id) AS lot_id,
           COALESCE(told.reason, moved.reason) AS reason,
           COALESCE(told.quantity, 0) AS told, COALESCE(moved.quantity, 0) AS made
      FROM ({DUE}) told
      FULL JOIN ({MOVED}) moved USING (role, product_id, lot_id, reason)
"""
TIMES = """
    SELECT 'time', NULL::int, workorder.id, '',
           sum(extract(epoch FROM date_trunc('second', ended.reported_at)
                                  - date_trunc('second', begun.reported_at))
               ::numeric / 60),
           sum(line.duration::numeric)
      FROM mrp_workorder workorder
      JOIN mrp_workcenter_productivity line ON line.workorder_id = workorder.id
      JOIN mfg_operation_report begun ON begun.id = line.mfg_opened_by_id
      JOIN mfg_operation_report ended ON ended.id = line.mfg_closed_by_id
     WHERE workorder.production_id = %(order)s
     GROUP BY workorder.id
"""
#: Where a table holds the valuation of moves, what it values is what was moved.
LAYERS = """
    SELECT 'valued', move.product_id, 0, '',
           sum(CASE WHEN move.raw_material_production_id IS NULL
                     AND move.scrap_id IS NULL THEN 1 ELSE -1 END * moved.quantity),
           sum(layer.quantity)
      FROM mfg_production_posting posting
      JOIN stock_move move ON move.mfg_posting_id = posting.id AND move.state = 'done'
      JOIN LATERAL (SELECT sum(line.quantity_product_uom::numeric) AS quantity
                      FROM stock_move_line line WHERE line.move_id = move.id) moved
           ON true
      JOIN LATERAL (SELECT sum(quantity::numeric) AS quantity
                      FROM stock_valuation_layer WHERE stock_move_id = move.id) layer
           ON layer.quantity IS NOT NULL
     WHERE posting.production_id = %(order)s
     GROUP BY move.product_id
"""


class Proof(NamedTuple):
    """One sum on both sides.

    ``what`` is a role of the ledger, ``valued`` (units in the valuation) or ``time``
    (minutes; ``lot`` is then the id of the work order).
    """

    what: str
    product: int
    lot: int
    reason: str
    told: Decimal
    made: Decimal

    def differs(self, tolerance: Decimal) -> bool:
        """Whether the sides are further apart than the rounding of one unit."""
        return abs(self.told - self.made) >= tolerance


class MrpProduction(models.Model):
    """One query proves that an order says what its reports say."""

    _inherit = "mrp.production"

    def _mfg_proof(self):
        """All sums of the order, both sides, by one query: a list of :class:`Proof`."""
        self.ensure_one()
        self.env.flush_all()
        parts = [QUANTITIES, TIMES]
        if table_exists(self.env.cr, "stock_valuation_layer"):
            parts.append(LAYERS)
        # As text: Odoo's cursor reads decimals as binary fractions.
        self.env.cr.execute(
            "SELECT what, product_id, lot_id, reason, told::text, made::text FROM ("
            + " UNION ALL ".join(parts)
            + ") AS proof ORDER BY 1, 2, 3, 4",
            {"order": self.id},
        )
        return [
            Proof(*row[:4], Decimal(row[4]), Decimal(row[5]))
            for row in self.env.cr.fetchall()
        ]

    def _mfg_differences(self):
        """What of the proof is further apart than rounding explains."""
        products = self.env["product.product"]
        found = []
        for proof in self._mfg_proof():
            step = 0.02
            if proof.product:
                step = products.browse(proof.product).uom_id.rounding
            if proof.differs(Decimal(str(step))):
                found.append(proof)
        return found

    def action_mfg_prove(self):
        """Say whether stock, valuation and times are what was reported."""
        self.ensure_one()
        found = self._mfg_differences()
        lines = [self._mfg_difference_told(proof) for proof in found]
        if found:
            title = _("%(order)s differs from its reports", order=self.name)
        else:
            title = _("%(order)s is what was reported", order=self.name)
            lines = [
                _(
                    "%(count)s sums of quantities, lots and times compared; all agree.",
                    count=len(self._mfg_proof()),
                )
            ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": "\n".join(lines),
                "type": "danger" if found else "success",
                "sticky": bool(found),
            },
        }

    def _mfg_difference_told(self, proof):
        """One difference in words."""
        if proof.what == "time":
            about = self.env["mrp.workorder"].browse(proof.lot).display_name
        else:
            about = self.env["product.product"].browse(proof.product).display_name
        return _(
            "%(what)s of %(about)s: reported %(told)s, in Odoo %(made)s.",
            what=proof.what.capitalize(),
            about=about,
            told=f"{proof.told.normalize():f}",
            made=f"{proof.made.normalize():f}",
        )

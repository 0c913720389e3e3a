from decimal import Decimal

from odoo import models

from ..protocols.report_sums import Key

_TOLD = """
    SELECT side.role, line.product_id, COALESCE(line.lot_id, 0) AS lot_id,
           CASE side.role WHEN 'scrap' THEN COALESCE(line.reason, '') ELSE '' END
               AS reason,
           sum(line.quantity::numeric) AS quantity
      FROM mfg_production_report report
      JOIN mrp_production production ON production.id = report.production_id
      JOIN mfg_production_report_line line ON line.report_id = report.id
      JOIN LATERAL (
            SELECT 'output' AS role WHERE line.kind IN ('good', 'scrap')
               AND line.product_id = production.product_id
            UNION ALL
            SELECT line.kind WHERE line.kind IN ('scrap', 'byproduct', 'component')
           ) side ON true
     WHERE report.production_id = %(order)s AND report.state = 'accepted'
       AND line.is_output AND ({which})
     GROUP BY 1, 2, 3, 4
"""
#: Both sides of the ledger, one row for each key; ``%(order)s`` is the order's id.
TOLD = _TOLD.format(which="report.posting_id IS NOT NULL")
MOVED = """
    SELECT CASE WHEN move.scrap_id IS NOT NULL THEN 'scrap'
                WHEN move.raw_material_production_id IS NOT NULL THEN 'component'
                WHEN move.product_id = production.product_id THEN 'output'
                ELSE 'byproduct' END AS role,
           line.product_id, COALESCE(line.lot_id, 0) AS lot_id,
           COALESCE(scrap.mfg_reason, '') AS reason,
           sum(line.quantity_product_uom::numeric) AS quantity
      FROM mfg_production_posting posting
      JOIN mrp_production production ON production.id = posting.production_id
      JOIN stock_move move ON move.mfg_posting_id = posting.id
      JOIN stock_move_line line ON line.move_id = move.id AND line.state = 'done'
      LEFT JOIN stock_scrap scrap ON scrap.id = move.scrap_id
     WHERE posting.production_id = %(order)s
     GROUP BY 1, 2, 3, 4
"""
#: What the reports say, posted or not.
ACCEPTED = _TOLD.format(which="true")
#: What moves have to say by now: once the order is closed, all that was reported.
DUE = _TOLD.format(
    which="report.posting_id IS NOT NULL OR production.state IN ('done', 'cancel')"
)


class MrpProduction(models.Model):
    """What was reported for an order and what was moved for it, as sums."""

    _inherit = "mrp.production"

    def _mfg_told(self):
        """``{Key: Decimal}``: what the reports say that are posted."""
        return self._mfg_sums(TOLD)

    def _mfg_accepted(self):
        """``{Key: Decimal}``: what the reports say that count, posted or not yet."""
        return self._mfg_sums(ACCEPTED)

    def _mfg_moved(self):
        """``{Key: Decimal}``: what the moves of postings say, in products' units."""
        return self._mfg_sums(MOVED)

    def _mfg_sums(self, side):
        self.ensure_one()
        self.env.flush_all()
        # As text: Odoo's cursor reads decimals as binary fractions.
        self.env.cr.execute(
            f"SELECT role, product_id, lot_id, reason, quantity::text"
            f" FROM ({side}) AS side",
            {"order": self.id},
        )
        return {
            Key(role, product, lot, reason): Decimal(quantity)
            for role, product, lot, reason, quantity in self.env.cr.fetchall()
        }

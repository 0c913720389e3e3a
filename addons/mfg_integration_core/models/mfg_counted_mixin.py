from odoo import fields, models
from odoo.tools import SQL


class MfgCountedMixin(models.AbstractModel):
    """What machines count for: an order, or one of its operations.

    Stored as decimals: many small counts add up exactly, what Odoo posts is rounded
    once.
    """

    _name = "mfg.counted.mixin"
    _description = "Counted for by Machines"

    mfg_good_quantity = fields.Float(
        "Good (machine)",
        digits=(20, 9),
        readonly=True,
        copy=False,
        help="Good pieces that machines have counted.",
    )
    mfg_scrap_quantity = fields.Float(
        "Scrap (machine)",
        digits=(20, 9),
        readonly=True,
        copy=False,
        help="Rejected pieces that machines have counted.",
    )

    def _mfg_add_exactly(self, good, scrap):
        """Add to the totals as PostgreSQL adds: exactly.

        Read into Python they would be binary fractions.

        :param Decimal good: less than zero to take back, as ``scrap``
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %s
                   SET mfg_good_quantity = COALESCE(mfg_good_quantity, 0) + %s,
                       mfg_scrap_quantity = COALESCE(mfg_scrap_quantity, 0) + %s
                 WHERE id = %s
                """,
                SQL.identifier(self._table),
                good,
                scrap,
                self.id,
            )
        )
        changed = ["mfg_good_quantity", "mfg_scrap_quantity"]
        self.invalidate_recordset(changed, flush=False)
        self.modified(changed)

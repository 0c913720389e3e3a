from odoo import fields, models


class StockLocation(models.Model):
    """A place whose goods may be held in part: its row is what holds and gates meet at.

    Quants are merged, split and deleted as Odoo likes and can't be that row.
    """

    _name = "stock.location"
    _inherit = ["stock.location", "mfg.hold.version.mixin"]

    _mfg_gate_shares = True  # goods leave one place side by side

    mfg_is_quarantine = fields.Boolean(
        "For Quarantine",
        readonly=True,
        copy=False,
        help="Quantities on hold wait here until it is decided about them.",
    )

from odoo import models


class ResPartner(models.Model):
    """A supplier from whom nothing is received or ordered while a hold says so."""

    _name = "res.partner"
    _inherit = ["res.partner", "mfg.holdable.mixin"]

    _mfg_gate_shares = True  # receipts of one supplier pass side by side

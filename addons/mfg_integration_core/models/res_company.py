from odoo import models


class ResCompany(models.Model):
    """Extended: kept while events or messages are its."""

    _name = "res.company"
    _inherit = ["res.company", "mfg.exchanged.mixin"]
    _exchanged_as = "company_id"

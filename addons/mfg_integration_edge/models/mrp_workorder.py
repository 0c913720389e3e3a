from odoo import models


class MrpWorkorder(models.Model):
    """An operation of which machines count the pieces."""

    _name = "mrp.workorder"
    _inherit = ["mrp.workorder", "mfg.counted.mixin"]

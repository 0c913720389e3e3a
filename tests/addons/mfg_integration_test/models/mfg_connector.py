from odoo import fields, models


class MfgConnector(models.Model):
    _inherit = "mfg.connector"

    adapter = fields.Selection(
        selection_add=[("test", "Test")], ondelete={"test": "cascade"}
    )

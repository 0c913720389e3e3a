from odoo import api, fields, models


class MfgHubNote(models.Model):
    """What the hub noticed, repaired or removed by itself."""

    _name = "mfg.hub.note"
    _description = "Hub Note"
    _order = "id desc"
    _rec_name = "text"

    create_date = fields.Datetime("At", readonly=True, index=True)
    kind = fields.Selection(
        [
            ("trouble", "Trouble"),
            ("repaired", "Repaired"),
            ("recovered", "Recovered"),
            ("removed", "Removed"),
        ],
        required=True,
        readonly=True,
    )
    connector_id = fields.Many2one(
        "mfg.connector", readonly=True, ondelete="set null", index=True
    )
    text = fields.Char("What", required=True, readonly=True)

    @api.model
    def _note(self, kind, text, connector=None):
        """Write one note in the caller's transaction."""
        # sudo: nobody writes notes by hand, the hub writes them for everybody.
        return self.sudo().create(
            {
                "kind": kind,
                "text": text,
                "connector_id": connector.id if connector else False,
            }
        )

from odoo import fields, models


class MfgConnectorMeaning(models.Model):
    """What the codes of a partner may mean without anybody saying so."""

    _inherit = "mfg.connector"

    own_codes = fields.Boolean(
        "Uses our codes",
        default=True,
        help="A code that no value map and no binding knows names the record here that"
        " has it: a product by its internal reference or barcode, a lot by its name,"
        " equipment by its serial number. Switch it off for a system with numbers of"
        " its own, which could be another thing's number here.",
    )
    map_approval = fields.Selection(
        [
            ("changes", "Changes; a new word holds at once"),
            ("all", "Every entry"),
            ("none", "Nothing"),
        ],
        "Second person for value maps",
        required=True,
        default="changes",
        tracking=True,
        help="What of the value maps another Integration Approver has to publish, once"
        " the connector is live. A new word is one that had no meaning before: what"
        " brought it waits.",
    )

    def _maps_need_second_person(self):
        """Whether what the connector's codes mean changes by two people only."""
        return bool(self) and self.state != "draft" and self.map_approval != "none"

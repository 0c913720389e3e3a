from odoo import api, fields, models

from ..timeline import in_order


class MfgTimeline(models.TransientModel):
    """The one timeline of a document, opened from its screen.

    Computed when somebody looks, as that person: no screen of Odoo gets slower by it,
    and it shows what its reader may see.
    """

    _name = "mfg.timeline"
    _description = "Timeline"
    _rec_name = "document_name"

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char(
        "Document", compute="_compute_timeline", compute_sudo=False
    )
    timeline = fields.Json(
        compute="_compute_timeline",
        compute_sudo=False,
        help="Moments in the shape of a case's timeline.",
    )

    @api.depends("res_model", "res_id")
    def _compute_timeline(self):
        for each in self:
            document = self.env[each.res_model].browse(each.res_id)
            # Refuses whoever may not read the document.
            document.read(["display_name"])
            each.document_name = document.display_name
            each.timeline = in_order(document._mfg_moments())

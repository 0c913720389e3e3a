from odoo import api, fields, models

from ..documents import document_at, form_of


class MfgDocumentMixin(models.AbstractModel):
    """A row about one document, of whatever model, that may be gone by now.

    For inheriting models; those that tell the audit trail of what they did have
    ``correlation_id`` and ``plant_id``.
    """

    _name = "mfg.document.mixin"
    _description = "About a Document"

    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", readonly=True
    )
    # sudo: the name of a document is no secret to who may see what is about it.
    document_name = fields.Char(
        "Document", compute="_compute_document_name", compute_sudo=True
    )

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for row in self:
            document = row._document()
            row.document_name = document.display_name if document else ""

    def _document(self):
        """What the row is about; None when there is none (any more)."""
        self.ensure_one()
        return document_at(self.env, self.res_model, self.res_id)

    def action_open_document(self):
        """The form of what the row is about."""
        return form_of(self._document())

    # ------------------------------------------------------------------- audit

    def _audit(self, action, about=None, **values):
        """Tell the audit trail, as part of the chain that the row belongs to.

        :param about: what it happened to, where that is known; else the document, or
            the row itself once that is gone
        """
        self.ensure_one()
        row = self.sudo()
        if about is None:
            about = row._document()
        # The user's own environment: the trail names who acts.
        audit = self.env["mfg.audit.entry"].with_context(**row._audit_context())
        audit._append(self if about is None else about, action, **values)

    def _audit_context(self):
        """The chain, that of the work at hand before the row's, and the plant."""
        self.ensure_one()
        at_hand = self.env.context.get("mfg_correlation_id")
        return {
            "mfg_correlation_id": at_hand or self.correlation_id,
            "mfg_plant_id": self.plant_id.id,
        }

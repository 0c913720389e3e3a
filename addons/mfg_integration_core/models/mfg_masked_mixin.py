import base64

from odoo import _, fields, models

#: Odoo's sign for a field that no user reads, whatever their groups: code under sudo
#: does. Reading, searching, sorting and grouping by RPC are refused alike.
NOBODY = "."


class MfgMaskedMixin(models.AbstractModel):
    """Rows with bodies of which users see no more than masking rules leave.

    The stored bodies are fields for :data:`NOBODY`; beside each is a computed one that
    shows it masked. It is masked for everybody, code under sudo included, so that
    nothing else than a stored field has to be kept from users.
    """

    _name = "mfg.masked.mixin"
    _description = "Masked Bodies"

    is_masked = fields.Boolean(
        compute="_compute_is_masked", help="Rules hide some of what is shown here."
    )

    def _compute_is_masked(self):
        for row in self:
            row.is_masked = bool(row._mask())

    def _masked_row(self):
        """The event or message whose connector and type say what is hidden."""
        self.ensure_one()
        return self

    def _whole_bodies(self):
        """What is stored, for who may see it: ``[(title, text), …]``; extended."""
        self.ensure_one()
        return []

    def _mask(self):
        """What is hidden in the bodies of the row."""
        # sudo: the rules hold whoever looks.
        row = self._masked_row().sudo()
        return self.env["mfg.masking.rule"]._mask_of(row.connector_id, row.event_type)

    def _whole(self):
        """The rows as code reads them: their bodies whole and not the sizes of these.

        :raise AccessError: the user may not see one of the rows at all
        """
        if not self.env.su:
            self.read([self._rec_name])
        return self.sudo().with_context(bin_size=False)

    def _with_whole(self):
        """Pairs of a row and the row as code reads it, as :meth:`_whole`."""
        return zip(self, self._whole(), strict=True)

    def _shown_body(self, stored):
        """A stored body (base64) as it is shown, base64 as well."""
        mask = self._mask()
        if not stored or not mask:
            return stored
        return base64.b64encode(mask.text(readable(stored)).encode())

    def action_reveal(self):
        """Ask for the reason and show what is stored, this once."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Reveal"),
            "res_model": "mfg.body.reveal",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }


def readable(stored: bytes | bool) -> str:
    """A stored body as text; bytes that are no UTF-8 show as their escapes."""
    return base64.b64decode(stored or b"").decode("utf-8", "backslashreplace")

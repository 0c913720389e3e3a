from odoo import models


class MfgHold(models.Model):
    _inherit = "mfg.hold"

    def _restate(self, reason, clearer):
        """Say anew why the holds stand and who can clear them; they stay active.

        :param reason: becomes part of the name, as in ``_place``
        """
        label = dict(self._fields["reason_code"]._description_selection(self.env))
        # sudo: as in `_place`, who decides about the blocker has no right on holds.
        for hold in self.sudo():
            before = hold.name
            hold.write(
                {
                    "name": f"{label[hold.reason_code]}: {reason}",
                    "reason": reason,
                    "clearer": clearer,
                }
            )
            document = hold._document()
            hold._audit(
                "hold.restated", document, old=before, new=hold.name, why=reason
            )
            if document is not None:
                document.invalidate_recordset(["mfg_block_message"], flush=False)

from odoo import _, api, models
from odoo.exceptions import UserError


class MfgExchangedMixin(models.AbstractModel):
    """What events and messages name by a copied reference, see ``CopiedMany2one``."""

    _name = "mfg.exchanged.mixin"
    _description = "Named by Events and Messages"

    #: The field of events and messages that names it.
    _exchanged_as = ""

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exchanged(self):
        """What was exchanged stays readable, and so does whose it was."""
        for model in ("mfg.inbox.event", "mfg.outbox.message"):
            # sudo: that there is a row is all that is told of it.
            row = (
                self.env[model]
                .sudo()
                .search([(self._exchanged_as, "in", self.ids)], limit=1)
            )
            if row:
                raise UserError(
                    _(
                        "%(name)s cannot be deleted: events or messages were exchanged"
                        " for it. Archive it instead.",
                        name=row[self._exchanged_as].display_name,
                    )
                )

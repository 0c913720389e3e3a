from odoo import _, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """A transfer that is neither reserved for nor validated while it is held.

    It belongs to the plant of its warehouse.
    """

    _name = "stock.picking"
    _inherit = [
        "stock.picking",
        "mfg.holdable.mixin",
        "mfg.placed.mixin",
        "mfg.owned.mixin",
    ]

    _mfg_plant_paths = ("picking_type_id.warehouse_id.mfg_plant_id",)
    _mfg_gate_remembers = True  # validating writes the transfer

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        if vals.get("state") == "done":
            self.filtered(lambda each: each.state != "done")._mfg_check_validate()
        return super().write(vals)

    def action_assign(self):
        self._mfg_check_gate("reserve", looks_only=True)
        return super().action_assign()

    def button_validate(self):
        # First of all, so that nobody answers a wizard in vain.
        self._mfg_check_validate(looks_only=True)
        return super().button_validate()

    def _action_done(self):
        self._mfg_check_validate()
        return super()._action_done()

    def action_cancel(self):
        result = super().action_cancel()
        cancelled = self.filtered(lambda picking: picking.state == "cancel")
        # sudo: who may cancel a transfer needs no right on what held it.
        holds = self.env["mfg.hold"].sudo()._active_on(cancelled)
        if holds:
            holds._lift(_("The transfer was cancelled."))
        return result

    # ---------------------------------------------------------------- business

    def _mfg_blocking_documents(self):
        """Extended: the lots that are moved, and whom they are received from."""
        blocking = super()._mfg_blocking_documents()
        if self.state not in ("done", "cancel"):
            blocking += [self.move_line_ids.lot_id, self._mfg_suppliers()]
        return blocking

    def _mfg_check_validate(self, *, looks_only=False):
        """Pass the gates of the transfers and of the suppliers that they come from."""
        self._mfg_check_gate("validate", looks_only=looks_only)
        self._mfg_suppliers()._mfg_check_gate("receive", looks_only=looks_only)

    def _mfg_suppliers(self):
        """Whom the goods of the transfers are received from, and their companies."""
        receipts = self.filtered(
            lambda picking: (
                picking.location_id.usage == "supplier"
                or picking.picking_type_id.code == "incoming"
            )
        )
        return receipts.partner_id | receipts.partner_id.commercial_partner_id

    # ------------------------------------------------------------------- holds

    def _mfg_check_holdable(self):
        if self.state in ("done", "cancel"):
            raise UserError(
                _(
                    "%(transfer)s is over, so it can no longer be held.",
                    transfer=self.display_name,
                )
            )
        return super()._mfg_check_holdable()

    def _mfg_holds_cleared(self, hold, why):
        """Extended: what is over does not go on."""
        if self.state not in ("done", "cancel"):
            super()._mfg_holds_cleared(hold, why)

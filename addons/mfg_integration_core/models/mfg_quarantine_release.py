from odoo import _, models

from ..compat import move_vals


class MfgQuarantineRelease(models.Model):
    """What becomes of a quantity that nothing holds any more."""

    _inherit = "mfg.quarantine"

    def _mfg_bump_hold_version(self):
        """Extended: gates of the goods lock the rows of where they lie."""
        places = self.location_id | self.quarantine_location_id
        places._mfg_bump_hold_version()
        return super()._mfg_bump_hold_version()

    def _mfg_holds_cleared(self, hold, why):
        """Bring the goods back, or scrap them, as it was decided."""
        if not self.env.context.get("mfg_no_resume"):
            moved = self.moved_quantity
            is_scrap = self.decision == "scrap"
            # First of all: transfers of held goods can't be cancelled.
            self.state = "scrapped" if is_scrap else "back"
            self.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel")
            )._action_cancel()
            if is_scrap:
                self._scrap(self.quarantine_location_id, moved)
                self._scrap(self.location_id, self.quantity - moved)
            elif moved:
                self._bring_back(moved)
        return super()._mfg_holds_cleared(hold, why)

    def _scrap(self, place, quantity):
        if quantity <= 0:
            return
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.product_id.id,
                "product_uom_id": self.uom_id.id,
                "lot_id": self.lot_id.id,
                "owner_id": self.owner_id.id,
                "scrap_qty": quantity,
                "location_id": place.id,
                "company_id": self.company_id.id,
                "origin": self.display_name,
            }
        )
        scrap.do_scrap()

    def _bring_back(self, quantity):
        """Move the goods to where they were found."""
        source, destination = self.quarantine_location_id, self.location_id
        shared = {
            "product_id": self.product_id.id,
            "company_id": self.company_id.id,
            "location_id": source.id,
            "location_dest_id": destination.id,
        }
        line = {
            **shared,
            "product_uom_id": self.uom_id.id,
            "lot_id": self.lot_id.id,
            "owner_id": self.owner_id.id,
            "quantity": quantity,
            "picked": True,
        }
        move = self.env["stock.move"].create(
            move_vals(
                self.env,
                _("Back: %(what)s", what=self.display_name),
                **shared,
                product_uom=self.uom_id.id,
                product_uom_qty=quantity,
                restrict_partner_id=self.owner_id.id,
                picked=True,
                move_line_ids=[(0, 0, line)],
            )
        )
        move._action_done()

    def _mfg_note(self, text):
        # It has no chatter of its own.
        self.move_ids.picking_id[:1]._mfg_note(text)

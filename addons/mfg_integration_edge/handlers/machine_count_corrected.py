from odoo import _, models

from ..count_window import CountWindow


class MachineCountCorrectedHandler(models.AbstractModel):
    """What came late changes what an earlier posting should have said."""

    _name = "mfg.handler.machine.count.corrected"
    _inherit = "mfg.handler.machine.count"
    _description = "Machine Count Correction Handler"

    def _handle(self, event):
        """The order that has what is corrected, or the equipment when none has it."""
        # sudo: the ledger is the hub's own, connectors' users only read documents.
        window = self.env["mfg.edge.window"].sudo()._of_event(event)
        corrected = window.corrects_id
        if not corrected:
            # A partner corrects by itself: as a count, and possibly less than zero.
            return super()._handle(event)
        equipment = self._get_equipment(event)
        order = corrected.production_id.with_env(self.env)
        if window.posted_at or not order:
            event._ignore("nothing_posted", self._why_nothing(window))
            return order or equipment
        self._check_open(event, equipment, order)
        taken = self._prepare_correction(event, equipment, window)
        order._mfg_take_counts(taken)
        window._post(order, taken)
        return order

    def _why_nothing(self, window):
        if window.posted_at:
            return _("It was posted together with what it corrects.")
        return _(
            "What it corrects was not posted; when that is, this is posted with it."
        )

    def _prepare_correction(self, event, equipment, window):
        """What the order takes, for the operation that had what is corrected."""
        corrected = window.corrects_id
        good, scrap = window._unposted()
        order = corrected.production_id.with_env(self.env)
        context = corrected.context_id
        return CountWindow(
            good=good,
            scrap=scrap,
            equipment=equipment,
            workorder=corrected.workorder_id.with_env(self.env),
            is_output=corrected.is_output,
            lot=self._find_lot(order, context.lot or context.barcode),
            lot_name=context.lot or None,
            operator=context.operator or None,
            started_at=window.started_at,
            ended_at=window.ended_at,
            event=event,
            window=window,
        )

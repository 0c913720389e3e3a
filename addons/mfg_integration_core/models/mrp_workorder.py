from odoo import _, models
from odoo.exceptions import UserError


class MrpWorkorder(models.Model):
    """A work order that neither starts nor finishes while it or its order is held."""

    _name = "mrp.workorder"
    _inherit = [
        "mrp.workorder",
        "mfg.holdable.mixin",
        "mfg.placed.mixin",
        "mfg.owned.mixin",
    ]

    _mfg_plant_paths = ("workcenter_id.mfg_plant_id", "production_id.mfg_plant_id")
    _mfg_line_path = "workcenter_id.mfg_line_id"
    _mfg_gate_remembers = True  # starting and finishing write the work order
    _mfg_state_fields = ("state",)

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        if vals.get("state") == "progress":
            self._mfg_check_start()
        elif vals.get("state") == "done":
            self._mfg_check_finish()
        return super().write(vals)

    def button_start(self, *args, **kwargs):
        self._mfg_check_start()
        return super().button_start(*args, **kwargs)

    def button_finish(self):
        self._mfg_check_finish()
        return super().button_finish()

    # ---------------------------------------------------------------- business

    def _mfg_blocking_documents(self):
        """Extended: what the gates of a start ask."""
        blocking = super()._mfg_blocking_documents()
        if self.state not in ("done", "cancel"):
            machines = self.workcenter_id.mfg_equipment_ids
            blocking += [self.production_id, self.workcenter_id, machines]
        return blocking

    def _mfg_check_start(self):
        """Pass the gates of a start: its own, the order's, the work center's, its
        machines'."""
        self.production_id._mfg_check_gate("start")
        self._mfg_check_gate("start")
        self.workcenter_id._mfg_check_gate("start")
        # sudo: who may start work need not be among the followers of the equipment.
        self.workcenter_id.sudo().mfg_equipment_ids._mfg_check_gate("start")

    def _mfg_check_finish(self):
        """Pass the gates of a finish; what is finished already passes nothing."""
        unfinished = self.filtered(lambda each: each.state not in ("done", "cancel"))
        unfinished.production_id._mfg_check_gate("finish")
        unfinished._mfg_check_gate("finish")

    def _mfg_running(self):
        """Those of the work orders whose clock is running, whoever started it."""
        if not self.ids:
            return self
        clocks = self.env["mrp.workcenter.productivity"].search(
            [("workorder_id", "in", self.ids), ("date_end", "=", False)]
        )
        return clocks.workorder_id

    def _mfg_pause(self, hold):
        """Stop the clocks that run and let the hold remember whose they were."""
        running = self._mfg_running()
        if running:
            hold.paused_workorder_ids |= running
            # Not button_pending: that stops the clock of the acting user only.
            running.end_all()

    def _mfg_start_again(self):
        """Start those of the work orders that can be; a blocked machine stays still.

        So does one of a line whose settings leave the start to a person.

        :return: the work orders that run again
        """
        settings = self.env["mfg.setting"]
        ready = self.filtered(
            lambda workorder: (
                workorder.state not in ("done", "cancel")
                and not workorder.mfg_active_hold_count
                and not workorder.production_id.mfg_active_hold_count
                and settings._get("hold.restart_work_orders", workorder)
                and workorder.workcenter_id._mfg_can_run()
            )
        )
        ready -= ready._mfg_running()
        if ready:
            ready.button_start()
        return ready

    # ------------------------------------------------------------------- holds

    def _mfg_check_holdable(self):
        if self.state in ("done", "cancel"):
            raise UserError(
                _(
                    "%(workorder)s is over, so it can no longer be held.",
                    workorder=self.display_name,
                )
            )
        return super()._mfg_check_holdable()

    def _mfg_hold_placed(self, hold):
        """Pause the work, and remember it for the day it goes on."""
        result = super()._mfg_hold_placed(hold)
        self._mfg_pause(hold)
        return result

    def _mfg_holds_cleared(self, hold, why):
        """Start the work again that the holds paused, and say so on its order."""
        if self.state in ("done", "cancel") or self.env.context.get("mfg_no_resume"):
            return None
        hold.paused_workorder_ids._mfg_start_again()
        return super()._mfg_holds_cleared(hold, why)

    def _mfg_note(self, text):
        # A work order has no chatter of its own.
        self.production_id._mfg_note(f"{self.display_name}: {text}")

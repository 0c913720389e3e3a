from odoo import models


class MrpWorkorder(models.Model):
    """A work order that neither starts nor finishes while its order is held."""

    _name = "mrp.workorder"
    _inherit = ["mrp.workorder", "mfg.banner.mixin", "mfg.placed.mixin"]

    _mfg_plant_paths = ("workcenter_id.mfg_plant_id", "production_id.mfg_plant_id")
    _mfg_line_path = "workcenter_id.mfg_line_id"

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        if vals.get("state") == "progress":
            self._mfg_check_start()
        elif vals.get("state") == "done":
            self.production_id._mfg_check_gate("finish")
        return super().write(vals)

    def button_start(self, *args, **kwargs):
        self._mfg_check_start()
        return super().button_start(*args, **kwargs)

    def button_finish(self):
        self.production_id._mfg_check_gate("finish")
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
        """Pass the gates of a start: the order's, the work center's, its machines'."""
        self.production_id._mfg_check_gate("start")
        self.workcenter_id._mfg_check_gate("start")
        # sudo: who may start work need not be among the followers of the equipment.
        self.workcenter_id.sudo().mfg_equipment_ids._mfg_check_gate("start")

    def _mfg_running(self):
        """Those of the work orders whose clock is running, whoever started it."""
        if not self.ids:
            return self
        clocks = self.env["mrp.workcenter.productivity"].search(
            [("workorder_id", "in", self.ids), ("date_end", "=", False)]
        )
        return clocks.workorder_id

    def _mfg_start_again(self):
        """Start those of the work orders that can be; a blocked machine stays still.

        So does one of a line whose settings leave the start to a person.

        :return: the work orders that run again
        """
        settings = self.env["mfg.setting"]
        ready = self.filtered(
            lambda workorder: (
                workorder.state not in ("done", "cancel")
                and settings._get("hold.restart_work_orders", workorder)
                and workorder.workcenter_id._mfg_can_run()
            )
        )
        ready -= ready._mfg_running()
        if ready:
            ready.button_start()
        return ready

from odoo import api, models

from .mfg_edge_stop_posting import WORK


class MrpWorkcenter(models.Model):
    _inherit = "mrp.workcenter"

    @api.depends("time_ids.mfg_stop_id.is_block")
    def _compute_working_state(self):
        """Extended: that a machine stands still keeps nobody from starting work.

        Only a fault, or a person who blocks the work center, does.
        """
        super()._compute_working_state()
        for workcenter in self.filtered(lambda each: each.working_state == "blocked"):
            running = self.env["mrp.workcenter.productivity"].search(
                [
                    ("workcenter_id", "=", workcenter.id),
                    ("date_end", "=", False),
                    "|",
                    ("mfg_stop_id", "=", False),
                    ("mfg_stop_id.is_block", "=", True),
                ],
                limit=1,
            )
            if not running:
                workcenter.working_state = "normal"
            elif running.loss_type in WORK:
                workcenter.working_state = "done"

    def unblock(self):
        """Extended: a machine that still stands is a stop, which blocks nobody."""
        # sudo: who unblocks need not see the stops.
        going_on = (
            self.env["mfg.edge.stop"]
            .sudo()
            .search(
                [
                    ("workcenter_id", "in", self.ids),
                    ("productivity_ids.date_end", "=", False),
                ]
            )
        )
        result = super().unblock()
        going_on._post()
        return result

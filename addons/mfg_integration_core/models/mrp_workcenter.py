from odoo import _, fields, models
from odoo.exceptions import UserError


class MrpWorkcenter(models.Model):
    """A work center that equipment faults block and repairs unblock, natively."""

    _name = "mrp.workcenter"
    _inherit = [
        "mrp.workcenter",
        "mfg.holdable.mixin",
        "mfg.placed.mixin",
        "mfg.owned.mixin",
    ]

    _mfg_plant_paths = ("mfg_line_id.plant_id",)
    _mfg_line_path = "mfg_line_id"

    mfg_line_id = fields.Many2one(
        "mfg.line",
        "Line",
        index="btree_not_null",
        check_company=True,
        help="Line that the work center is part of; it says in which plant it stands.",
    )
    mfg_equipment_ids = fields.One2many(
        "maintenance.equipment", "mfg_workcenter_id", string="Equipment"
    )

    def _mfg_blocking_documents(self):
        """Extended: the machines that stand here."""
        return [*super()._mfg_blocking_documents(), self.mfg_equipment_ids]

    def _mfg_moments(self):
        """Extended: when it worked and when it stood still."""
        return [*super()._mfg_moments(), *self._mfg_moments_of_times(self.time_ids)]

    def _mfg_block(self, reason):
        """Block the work centers as their screen does; the downtime starts to count.

        :param reason: description of the downtime
        :return: the work orders whose clocks this stopped, for the holds to remember
        """
        running = self._mfg_running_workorders()
        for workcenter in self.filtered(lambda each: each.working_state != "blocked"):
            downtime = self.env["mrp.workcenter.productivity"].create(
                {
                    "workcenter_id": workcenter.id,
                    "company_id": workcenter.company_id.id or self.env.company.id,
                    "loss_id": workcenter._mfg_failure_loss().id,
                    "description": reason,
                }
            )
            downtime.button_block()
            self.env["mfg.audit.entry"]._append(
                workcenter, "workcenter.blocked", why=reason
            )
        return running

    def _mfg_unblock(self, why=None):
        """Unblock the work centers, unless somebody has done it already."""
        for workcenter in self.filtered(lambda each: each.working_state == "blocked"):
            workcenter.unblock()
            self.env["mfg.audit.entry"]._append(
                workcenter, "workcenter.unblocked", why=why
            )

    def _mfg_can_run(self):
        """Whether neither a downtime nor a hold keeps the work center from running."""
        self.ensure_one()
        # sudo: see the gates of a work order's start.
        held = self.mfg_active_hold_count or any(
            self.sudo().mfg_equipment_ids.mapped("mfg_active_hold_count")
        )
        return self.working_state != "blocked" and not held

    def _mfg_running_workorders(self):
        """The work orders whose clock is running here."""
        clocks = self.env["mrp.workcenter.productivity"].search(
            [
                ("workcenter_id", "in", self.ids),
                ("workorder_id", "!=", False),
                ("date_end", "=", False),
            ]
        )
        return clocks.workorder_id

    def _mfg_failure_loss(self):
        """The availability loss that an equipment fault counts as."""
        loss = self.env.ref("mrp.block_reason1", raise_if_not_found=False)
        if not loss or loss.loss_type != "availability":
            loss = self.env["mrp.workcenter.productivity.loss"].search(
                [("loss_type", "=", "availability")], limit=1
            )
        if not loss:
            raise UserError(
                _("Define a productivity loss of the category Availability first.")
            )
        return loss

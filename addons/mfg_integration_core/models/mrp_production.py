from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..compat import producing_lots
from ..protocols import production_state
from ..protocols.production_state import FINAL, STATE_OF

STATES = [
    ("planned", "Planned"),
    ("released", "Released"),
    ("in_progress", "In Progress"),
    ("blocked", "Blocked"),
    ("completed", "Completed"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]


class MrpProduction(models.Model):
    """A manufacturing order whose state the plant's systems follow and holds stop."""

    _name = "mrp.production"
    _inherit = [
        "mrp.production",
        "mfg.holdable.mixin",
        "mfg.placed.mixin",
        "mfg.state.mixin",
        "mfg.owned.mixin",
        "mfg.counted.mixin",
    ]

    _mfg_plant_paths = ("picking_type_id.warehouse_id.mfg_plant_id",)
    _mfg_line_path = "workorder_ids.workcenter_id.mfg_line_id"
    _mfg_gate_remembers = True  # finishing, starting and splitting write the order
    _mfg_state_event_type = "mfg.production.state_changed.v1"
    _mfg_state_initial = "planned"
    _mfg_state_fields = ("state",)

    mfg_state = fields.Selection(
        STATES,
        string="Plant State",
        compute="_compute_mfg_state",
        store=True,
        index=True,
        copy=False,
    )
    mfg_correlation_id = fields.Char(
        "Correlation ID",
        readonly=True,
        copy=False,
        help="Chain of the cause that held the order last; what it does next joins it.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("state", "mfg_active_hold_count")
    def _compute_mfg_state(self):
        for order in self:
            order.mfg_state = production_state.canonical(
                order.state, bool(order.mfg_active_hold_count)
            )

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        if vals.get("state") == "done":
            self.filtered(lambda order: order.state != "done")._mfg_check_gate("finish")
        return super().write(vals)

    def button_mark_done(self):
        # First of all, so that nobody answers a wizard in vain.
        self._mfg_check_gate("finish", looks_only=True)
        return super().button_mark_done()

    def action_assign(self):
        self._mfg_check_gate("reserve", looks_only=True)
        return super().action_assign()

    def _mfg_check_gate(self, action, *, looks_only=False):
        """Extended: orders may wait for partners that are down, too."""
        super()._mfg_check_gate(action, looks_only=looks_only)
        self.env["mfg.connector"]._check_outages(self, action, looks_only=looks_only)

    def _post_inventory(self, cancel_backorder=False):
        self._mfg_check_gate("finish")
        return super()._post_inventory(cancel_backorder=cancel_backorder)

    def _split_productions(self, *args, **kwargs):
        # The order that is split off would be free of the hold.
        self._mfg_check_gate("split")
        return super()._split_productions(*args, **kwargs)

    def action_merge(self):
        self._mfg_check_gate("split")
        return super().action_merge()

    def _action_cancel(self):
        # Odoo cancels the moves, and the state of the order follows unwritten.
        self._mfg_check_owner({"state": "cancel"})
        result = super()._action_cancel()
        cancelled = self.filtered(lambda order: order.state == "cancel")
        # sudo: who may cancel an order needs no right on what held it.
        all_holds = self.env["mfg.hold"].sudo()
        holds = all_holds._active_on(cancelled)
        holds |= all_holds._active_on(cancelled.workorder_ids)
        if holds:
            holds._lift(_("The order was cancelled."))
        return result

    # ------------------------------------------------------------------- state

    def _mfg_state_fill(self):
        for native, canonical in STATE_OF.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE mrp_production SET mfg_state = %s WHERE state = %s",
                    canonical,
                    native,
                )
            )

    def _prepare_mfg_state_data(self, previous):
        self.ensure_one()
        holds = self.env["mfg.hold"].browse()
        if self.mfg_active_hold_count:
            holds = holds._active_on(self)
        return {
            "order": self.name,
            "state": self.mfg_state,
            "previous_state": previous,
            "product": self.product_id.default_code or self.product_id.name,
            "quantity": self.product_qty,
            "uom": self.product_uom_id.name,
            "blocked_by": [hold._blocker_text() for hold in holds],
        }

    # -------------------------------------------------------------- the screen

    def _mfg_blocking_documents(self):
        """Extended: the lots that are made and used."""
        blocking = super()._mfg_blocking_documents()
        if self.state not in ("done", "cancel"):
            used = self.move_raw_ids.move_line_ids.lot_id
            blocking.append(producing_lots(self) | used)
        return blocking

    def _mfg_moments(self):
        """Extended: the work and what was posted."""
        # sudo: whoever may see the order may know what was done for it.
        order = self.sudo()
        moves = order.move_finished_ids | order.move_raw_ids | order.scrap_ids.move_ids
        return [
            *super()._mfg_moments(),
            *self._mfg_moments_of_times(order.workorder_ids.time_ids),
            *self._mfg_moments_of_lines(moves.move_line_ids),
        ]

    # ------------------------------------------------------------------- holds

    def _mfg_check_holdable(self):
        if self.mfg_state in FINAL:
            raise UserError(
                _(
                    "%(order)s is %(state)s, so it can no longer be held.",
                    order=self.display_name,
                    state=dict(STATES)[self.mfg_state].lower(),
                )
            )
        return super()._mfg_check_holdable()

    def _mfg_hold_placed(self, hold):
        """Pause what runs, and remember it for the day the order goes on."""
        result = super()._mfg_hold_placed(hold)
        self.workorder_ids._mfg_pause(hold)
        return result

    def _mfg_holds_cleared(self, hold, why):
        """Let the order go on: say so, and start again what the holds paused.

        Not extended but replaced: the order says more than that it may go on.
        """
        if self.mfg_state in FINAL or self.env.context.get("mfg_no_resume"):
            return
        started = hold.paused_workorder_ids._mfg_start_again()
        hold._newest()._audit("order.resumed", self, new=self.mfg_state, why=why)
        self._mfg_note(self._mfg_resumed_note(started, why))

    def _mfg_resumed_note(self, started, why):
        """What the chatter says when the order goes on."""
        lines = [
            _(
                "Goes on: the last hold was lifted by %(who)s. %(why)s",
                who=self.env["mfg.hold"]._acting_person(),
                why=why,
            )
        ]
        if started:
            names = ", ".join(started.mapped("name"))
            lines.append(_("Started again: %(workorders)s.", workorders=names))
        return " ".join(lines)

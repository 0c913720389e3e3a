from odoo import _, models
from odoo.exceptions import UserError
from odoo.tools import float_round

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.exceptions import MissingReferenceError


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _mfg_take_counts(self, window):
        """Take what machines made; the one place where counts reach an order.

        Machines alone are progress of the order. An addon that makes reports or
        postings of them extends this; what it raises leaves the counts unposted, and
        says what happens to them next.

        :param window: :class:`~..count_window.CountWindow`
        """
        self.ensure_one()
        self._mfg_add_counts(
            window.good, window.scrap, window.workorder, is_output=window.is_output
        )

    def _mfg_is_output(self, workorder, is_named):
        """Whether what an operation makes is what the order makes.

        The last operation is. A machine that names no operation counts for the one at
        its work center, which is the last for it if no machine stands behind it:
        packing by hand is told by nobody. Where no operation is at the machine, it
        counts for the order as a whole.

        :param workorder: the operation that was worked on; may be empty
        :param is_named: whether it was named, by the machine or by what was scanned
        """
        self.ensure_one()
        works = self.workorder_ids
        if not workorder or workorder == works[-1:]:
            return True
        if is_named:
            return False
        machines = self.env["maintenance.equipment"].search(
            [("mfg_workcenter_id", "in", works.workcenter_id.ids)]
        )
        told = works.filtered(
            lambda work: work.workcenter_id in machines.mfg_workcenter_id
        )
        return workorder == told[-1:]

    def _mfg_add_counts(self, good, scrap, workorder=None, *, is_output=True):
        """Add what a machine made to the order, and to the operation it was made in.

        :param Decimal good: good units in the order's unit of measure, less than zero
            to take back
        :param Decimal scrap: scrapped units in the order's unit of measure
        :param is_output: False adds to the operation alone
        """
        self.ensure_one()
        if workorder:
            workorder._mfg_add_exactly(good, scrap)
        if not is_output:
            return
        self._mfg_add_exactly(good, scrap)
        self._mfg_follow_counts()

    def _mfg_follow_counts(self):
        """Have the order produce what machines counted; extended where reports say it.

        Only the quantity that Odoo will post is rounded by the unit of measure, from
        the total, so that no fraction is lost twice. Components keep their reserved
        lots until the order is finished: setting their quantities with every count
        would free the lots and lose which they were.
        """
        self.qty_producing = float_round(
            max(self.mfg_good_quantity, 0.0),
            precision_rounding=self.product_uom_id.rounding,
        )

    def _mfg_await_gathered(self):
        """Let nobody finish an order of which machines' counts are being gathered.

        They are told at once, so that the next try passes.

        :raise UserError: says how many they are; for a handler a missing reference,
            which it tries again
        """
        # sudo: the ledger is the hub's own; who finishes need not read it.
        ledger = self.env["mfg.edge.window"].sudo()
        gathering = ledger._gathering_for(self)
        if not gathering:
            return
        ledger.union(*gathering.values())._tell_soon()
        text = "\n".join(
            order._mfg_gathering_text(windows) for order, windows in gathering.items()
        )
        first = next(iter(gathering))
        cause = MissingReferenceError(text, model=first._name, key=first.name)
        raise UserError(text) from cause

    def _mfg_gathering_text(self, windows):
        """What the order waits for, in a sentence."""
        return _(
            "Machines have counted %(good)s good and %(scrap)s scrap that are on"
            " their way to %(order)s. Finish it again in a few seconds.",
            good=f"{sum(windows.mapped('good_quantity')):g}",
            scrap=f"{sum(windows.mapped('scrap_quantity')):g}",
            order=self.name,
        )

    def _mfg_counted_as(self):
        """What machines and scanners may call the order: its name and its lots'."""
        self.ensure_one()
        return {self.name, *compat.producing_lots(self).mapped("name")}

    # -------------------------------------------------------------------- proof

    def action_mfg_prove_counts(self):
        """Show in words whether what machines told is what the order has."""
        return self.env["mfg.edge.proof"]._show_orders(self)

    def action_mfg_open_windows(self):
        """The postings of counts that the order has, or had."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Posted Counts"),
            "res_model": "mfg.edge.window",
            "view_mode": "list,form",
            "domain": [("production_id", "=", self.id)],
        }

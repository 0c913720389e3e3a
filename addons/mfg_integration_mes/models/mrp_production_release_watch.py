from odoo import models
from odoo.tools.misc import clean_context

from ..protocols.release_state import OPEN, TOLD

#: What the MES is told of an order, or what its policy asks about it, by the fields
#: that these follow from.
WATCHED = frozenset(
    {
        "bom_id",
        "date_deadline",
        "date_finished",
        "date_start",
        "lot_producing_id",
        "lot_producing_ids",
        "mfg_active_hold_count",
        "move_byproduct_ids",
        "move_finished_ids",
        "move_raw_ids",
        "name",
        "priority",
        "product_qty",
        "product_uom_id",
        "reservation_state",
        "state",
        "workorder_ids",
    }
)
#: Where the orders wait for the end of the transaction.
REMEMBERED = "mfg.release"


class MrpProductionReleaseWatch(models.Model):
    """Which orders may have to be told to the MES: looked at once per transaction.

    Whatever changes an order only notes that it did. Just before the commit what the
    order is then is compared with what was told last, so that it does not matter how
    often it was written, nor by whom, and a rollback tells nothing.

    Source of the pattern: ``mfg.state.mixin``.
    """

    _inherit = "mrp.production"

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals):
            self._mfg_release_look()
        return result

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        computed = self.pool.field_computed[field]
        if any(each.store and each.name in WATCHED for each in computed):
            self._mfg_release_look()
        return result

    # ---------------------------------------------------------------- business

    def _mfg_release_look(self):
        """Look at the orders before the commit; costs nothing where there is no MES."""
        if self.ids and self.env["mfg.connector"]._asked_for_releases():
            self._mfg_release_remember(None)

    def _mfg_release_wish(self, wish):
        """Do with the releases what a person asks for, before the commit."""
        self._mfg_release_remember(wish)

    def _mfg_release_remember(self, wish):
        precommit = self.env.cr.precommit
        if REMEMBERED not in precommit.data:
            precommit.data[REMEMBERED] = {}
            precommit.add(self._mfg_release_tell)
        wishes = precommit.data[REMEMBERED]
        for order in self:
            # Records of a form that was not saved have no id.
            if order.id:
                wishes[order.id] = wish or wishes.get(order.id)

    def _mfg_release_tell(self):
        """Tell the MES what there is to tell of the orders that were remembered.

        ``self`` is whatever was remembered first and lends only its environment: the
        acting user and the chain in the context.
        """
        # Whatever form the first change was made in had defaults for other records.
        self = self.with_env(self.env(context=clean_context(self.env.context)))
        wishes = self.env.cr.precommit.data.pop(REMEMBERED, {})
        companies = self.env["mfg.connector"]._asked_for_releases()
        # sudo: who changes an order need not see what the MES is told of it.
        orders = self.sudo().search(
            [
                ("id", "in", list(wishes)),
                ("company_id", "in", list(companies)),
                "|",
                ("mfg_release_state", "in", TOLD),
                ("state", "in", OPEN),
            ],
            order="id",
        )
        entries = []
        for order in orders:
            entries += order._mfg_release_take_step(wishes[order.id])
        if entries:
            self.env["mfg.audit.entry"]._append_all(entries)
            # This runs after the main flush and just before the commit.
            self.env.flush_all()

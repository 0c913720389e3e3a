from odoo import _, fields, models


class MrpProduction(models.Model):
    """An order that takes the place of one that was closed too early."""

    _inherit = "mrp.production"

    mfg_continues_id = fields.Many2one(
        "mrp.production",
        "Continues",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The closed order for which the shop floor reported more.",
    )
    mfg_is_reopened = fields.Boolean(
        "Reopened",
        readonly=True,
        copy=False,
        help="What is reported for the closed order counts for this one.",
    )
    mfg_continued_by_ids = fields.One2many("mrp.production", "mfg_continues_id")

    def _mfg_open_continuation(self):
        """The open order that reports for this closed one count for, if any."""
        return self.mfg_continued_by_ids.filtered(
            lambda order: (
                order.mfg_is_reopened and order.state not in ("draft", "done", "cancel")
            )
        )[:1]

    def _mfg_counting(self):
        """The order that what the shop floor tells of this one counts for now.

        Itself, or the open one that goes on in its place where it is done.
        """
        if self.state == "done":
            return self._mfg_open_continuation() or self
        return self

    def _mfg_continue(self, quantity, is_reopened):
        """A confirmed order like this one for ``quantity`` more."""
        self.ensure_one()
        # sudo: Odoo reads accounting fields to copy an order; who reports may not.
        order = self.sudo().copy(
            {
                "product_qty": quantity,
                "origin": self.name,
                "mfg_continues_id": self.id,
                "mfg_is_reopened": is_reopened,
            }
        )
        order = order.with_env(self.env)
        order.action_confirm()
        order.action_assign()
        self._mfg_note(
            _("Goes on in %(order)s, for what was reported later.", order=order.name)
        )
        return order

from odoo import _, api, fields, models

from .release_events import ASKING, CANCELLED

#: An order that is said to be released or withdrawn, which the MES has to hear of.
TELLING = ("released", "cancelled")
#: Messages that are still on their way.
ON_THE_WAY = ("pending", "delivering", "retry", "held")


class MrpProductionReleaseDelay(models.Model):
    """What an order was to tell the MES and what has not arrived there."""

    _inherit = "mrp.production"

    mfg_release_delay = fields.Char(
        "Not at the MES Yet",
        compute="_compute_mfg_release_delay",
        compute_sudo=True,
        help="Why the MES has not heard yet what the order was to tell it. It is told"
        " as soon as it can be, in the order in which it happened.",
    )

    @api.depends("mfg_release_state", "mfg_release_revision")
    def _compute_mfg_release_delay(self):
        """From the oldest message that is on its way and could not be delivered."""
        self.mfg_release_delay = False
        telling = self.filtered(lambda order: order.mfg_release_state in TELLING)
        if not telling.ids:
            return
        messages = self.env["mfg.outbox.message"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", telling.ids),
                ("event_type", "in", (*ASKING, CANCELLED)),
                ("state", "in", ON_THE_WAY),
            ],
            order="id desc",
        )
        delays = {each.res_id: each._mfg_why_on_the_way() for each in messages}
        for order in telling:
            order.mfg_release_delay = delays.get(order.id, False)

    def action_mfg_view_release_messages(self):
        """What the order told the MES, message by message, the newest first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Told to the MES"),
            "res_model": "mfg.outbox.message",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("event_type", "in", (*ASKING, CANCELLED)),
            ],
        }

from odoo import _, api, fields, models


class MfgOverrideOutage(models.Model):
    """What passed since a partner was down, by its policy or by an override."""

    _inherit = "mfg.override"

    @api.model
    def _record_exception(self, order, connector, since):
        """Put an order on the list that goes on while a partner is down.

        Once per order and outage, however often the order moves meanwhile.
        """
        # sudo: who finishes orders need not see the list that this puts them on.
        rows = self.sudo()
        known = rows.search_count(
            [
                ("kind", "=", "outage"),
                ("res_model", "=", order._name),
                ("res_id", "=", order.id),
                ("connector_id", "=", connector.id),
                ("down_since", "=", since),
            ]
        )
        if known:
            return
        now = fields.Datetime.now()
        policy = dict(
            connector._fields["outage_policy"]._description_selection(self.env)
        )
        exception = rows.create(
            {
                **self._prepare(order, order.sudo().mfg_correlation_id),
                "kind": "outage",
                "state": "used",
                "against": connector._down_text(since),
                "reason": policy[connector.outage_policy],
                "connector_id": connector.id,
                "down_since": since,
                "is_drill": bool(connector.drill_since),
                "once": False,
                "valid_until": now,
                "pass_count": 1,
                "passed_at": now,
                "passed_by": self.env["mfg.hold"]._acting_person(),
            }
        )
        exception._audit("outage.passed", old=exception.against, why=exception.reason)
        order._mfg_note(_("Goes on by policy: %(against)s.", against=exception.against))

    @api.model
    def _passes_outage(self, order, connector, *, looks_only=False):
        """Whether people granted an override for this partner; it is used up."""
        # sudo: see mfg.gate.mixin.
        usable = self.sudo()._usable_for(order)
        granted = usable.filtered(lambda each: each.connector_id == connector)
        if granted and not looks_only:
            granted._use()
        return bool(granted)

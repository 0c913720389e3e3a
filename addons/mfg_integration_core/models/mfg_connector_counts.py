from datetime import timedelta

from odoo import _, fields, models


class MfgConnectorCounts(models.Model):
    """How much a connector exchanged, and where to look at it."""

    _inherit = "mfg.connector"

    message_count = fields.Integer("In 24 Hours", compute="_compute_counts")
    expired_count = fields.Integer("Expired", compute="_compute_counts")
    dead_count = fields.Integer("Dead Letters", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    last_success_at = fields.Datetime(compute="_compute_counts")

    def _compute_counts(self):
        log, dead = self.env["mfg.integration.log"], self.env["mfg.dead.letter"]
        yesterday = fields.Datetime.now() - timedelta(days=1)
        lately = self._counted(log, [("create_date", ">=", yesterday)])
        expired = self._counted(log, [("state", "=", "expired")])
        waiting = self._counted(log, [("state", "in", ("waiting", "retry", "held"))])
        dead = self._counted(dead, [])
        for connector in self:
            connector.message_count = lately.get(connector, 0)
            connector.expired_count = expired.get(connector, 0)
            connector.waiting_count = waiting.get(connector, 0)
            connector.dead_count = dead.get(connector, 0)
            # Of each by itself: the index ends at the newest one of a connector. One
            # that is not stored yet has none.
            newest = self.env["mfg.outbox.message"].search(
                [("connector_id", "in", connector.ids), ("delivered_at", "!=", False)],
                order="delivered_at desc",
                limit=1,
            )
            connector.last_success_at = newest.delivered_at

    def _counted(self, rows, domain):
        """How many of the rows each connector has; those with none are missing."""
        mine = [("connector_id", "in", self.ids), *domain]
        return dict(rows._read_group(mine, ["connector_id"], ["__count"]))

    def action_view_log(self):
        """The connector's rows of the log."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Log of %(name)s", name=self.name),
            "res_model": "mfg.integration.log",
            "views": [(False, "list"), (False, "form")],
            "domain": [("connector_id", "=", self.id)],
            "context": dict(self.env.context.get("mfg_log_filter") or {}),
        }

    def action_view_dead_letters(self):
        """What of the connector failed for good, by cause."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Dead letters of %(name)s", name=self.name),
            "res_model": "mfg.dead.letter",
            "views": [(False, "list")],
            "domain": [("connector_id", "=", self.id)],
            "context": {"search_default_group_by_cause": 1},
        }

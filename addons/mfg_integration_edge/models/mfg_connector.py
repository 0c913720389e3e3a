import time
from uuid import UUID

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.mfg_integration_core.unit_of_work import (
    read_committed,
    run_in_transaction,
)

from ..aggregation import gathering

#: Aggregation leaves the drain time for the lanes it fills.
PUMP_SECONDS = 10.0


class MfgConnector(models.Model):
    _inherit = "mfg.connector"

    edge_url = fields.Char(
        "Address for Machine Events", compute="_compute_inbound_urls"
    )

    def _compute_inbound_urls(self):
        result = super()._compute_inbound_urls()
        base = self.browse().get_base_url()
        for connector in self:
            connector.edge_url = f"{base}/mfg/v1/edge/{connector.code or '…'}/events"
        return result

    def _pump(self):
        """Turn raw machine events into inbox events, a transaction per few batches."""
        return super()._pump() + self._aggregate_edge_batches()

    def _aggregate_edge_batches(self):
        """Aggregate what the edge door captured; how many batches it was."""
        self.ensure_one()
        connector_id = self.id

        def work(env):
            connector = env["mfg.connector"].browse(connector_id)
            return env["mfg.edge.batch"]._aggregate(connector)

        deadline = time.monotonic() + PUMP_SECONDS
        total = 0
        while time.monotonic() < deadline:
            # Nobody's rights matter here: the events become documents later, by a
            # handler that acts as the connector's user.
            done = run_in_transaction(self.env.registry, work, uid=SUPERUSER_ID)
            total += done
            if not done:
                break
        return total

    def _backlog_since(self):
        """Captured batches are work too, and windows whose time is up."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                SELECT extract(epoch FROM min(since) AT TIME ZONE 'UTC')::float
                  FROM (SELECT min(received_at) AS since FROM mfg_edge_batch
                         WHERE connector_id = %(id)s AND state = 'captured'
                        UNION ALL
                        SELECT min(gathers_until) FROM mfg_edge_window
                         WHERE connector_id = %(id)s
                           AND gathers_until <= %(now)s) AS work
                """,
                {"id": self.id, "now": fields.Datetime.now()},
            )
            (since,) = cr.fetchone()
        return min(filter(None, (super()._backlog_since(), since)), default=None)

    def _next_due_at(self):
        """Windows that gather are due in a while."""
        with read_committed(self.env.registry) as cr:
            gathered_at = gathering.next_at(cr, self.id)
        return min(filter(None, (super()._next_due_at(), gathered_at)), default=None)

    # ------------------------------------------------------------------ look-up

    @api.model
    def _find_progress(self, uuid):
        """Edge events too: ``captured`` until they are aggregated, then as far as the
        inbox event that speaks for them; ``window`` is its uuid where it is another.
        ``removed`` where the retention has taken away what would say more.
        """
        found = super()._find_progress(uuid)
        if found or not _is_uuid(uuid):
            return found
        trace = self.env["mfg.edge.event"]._trace(uuid)
        if not trace:
            return None
        # A reading that adds nothing, or a context, is done once it is aggregated.
        states = {None: "removed", "aggregated": "processed"}
        progress = {
            "state": states.get(trace["state"], "captured"),
            "processed_at": None,
        }
        if trace["inbox_uuid"]:
            told = super()._find_progress(trace["inbox_uuid"])
            told = told or super()._find_progress(self._heard_before(trace, uuid))
            # The retention takes away what is over only.
            progress = told[1] if told else {**progress, "state": "removed"}
            progress["window"] = trace["inbox_uuid"]
        progress |= {
            "uuid": uuid,
            "id": trace["event_id"],
            "type": trace["event_type"],
            "received_at": f"{trace['received_at'].isoformat()}Z",
        }
        return self.browse(trace["connector_id"]), progress

    @api.model
    def _heard_before(self, trace, uuid):
        """Uuid that the same event got at another door, which had it first."""
        if trace["inbox_uuid"] != uuid:
            return False
        named = [
            ("connector_id", "=", trace["connector_id"]),
            ("event_id", "=", trace["event_id"]),
        ]
        return self.env["mfg.inbox.event"].search(named).uuid


def _is_uuid(text):
    try:
        UUID(text)
    except ValueError:
        return False
    return True

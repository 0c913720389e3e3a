import json
from datetime import timedelta

from odoo import _, api, fields, models

from odoo.addons.mfg_integration_core.models.mfg_masked_mixin import NOBODY

from .. import event_partitions
from ..aggregation.run import PLACE
from ..event_rows import ITEM_BITS
from ..protocols import machine_events

#: Days that are made in advance; a request makes its own day if the cron slept.
DAYS_AHEAD = 7


class MfgEdgeEvent(models.Model):
    """One raw machine event as the edge door stored it; read only.

    The table is partitioned by the day of ``received_at`` and written by
    :mod:`..event_store` only. Nothing has a foreign key to it, so that retention
    can drop a day at once.
    """

    _name = "mfg.edge.event"
    _description = "Machine Event"
    _inherit = ["mfg.masked.mixin"]
    _auto = False
    _log_access = False
    # Odoo looks for ordinary tables only; read through a query, the partitioned one
    # is as good. The planner folds the query away.
    _table_query = """
        SELECT event.*, batch.state, batch.position
          FROM mfg_edge_event event
          LEFT JOIN mfg_edge_batch batch ON batch.id = event.batch_id
    """
    _rec_name = "event_id"
    _order = "id desc"

    uuid = fields.Char("UUID", readonly=True)
    connector_id = fields.Many2one("mfg.connector", readonly=True)
    batch_id = fields.Many2one("mfg.edge.batch", readonly=True)
    received_at = fields.Datetime(readonly=True)
    event_id = fields.Char("Event ID", readonly=True)
    event_type = fields.Selection(
        [(name, name) for name in machine_events.TYPES], readonly=True
    )
    source = fields.Char(readonly=True, help="Who sent it, by its own name.")
    equipment = fields.Char(readonly=True, help="The sender's name of the equipment.")
    job_order = fields.Char(readonly=True)
    operation = fields.Char(readonly=True)
    event_time = fields.Datetime(
        readonly=True, help="When it happened, says the sender."
    )
    historical = fields.Boolean(
        readonly=True, help="Sent afterwards: it tells what was and sets off nothing."
    )
    good_quantity = fields.Float(
        digits=(20, 9), readonly=True, help="Of a counter: its reading."
    )
    scrap_quantity = fields.Float(digits=(20, 9), readonly=True)
    envelope = fields.Json(
        readonly=True, groups=NOBODY, help="The CloudEvent as it came."
    )
    envelope_shown = fields.Json(
        "Event",
        compute="_compute_envelope_shown",
        help="Masked where rules ask for it.",
    )
    state = fields.Selection(
        [("captured", "Captured"), ("aggregated", "Aggregated")], readonly=True
    )
    position = fields.Integer(
        readonly=True, help="Place of the event's batch in the order of aggregation."
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS mfg_edge_event (
                id bigint NOT NULL,
                received_at timestamp NOT NULL,
                uuid uuid NOT NULL,
                connector_id integer NOT NULL,
                batch_id integer NOT NULL,
                event_id varchar NOT NULL,
                event_type varchar NOT NULL,
                source varchar NOT NULL,
                device_id integer,
                equipment varchar,
                job_order varchar,
                operation varchar,
                event_time timestamp,
                boot integer,
                sequence bigint,
                historical boolean NOT NULL,
                good_quantity numeric,
                scrap_quantity numeric,
                envelope jsonb NOT NULL,
                PRIMARY KEY (id, received_at)
            ) PARTITION BY RANGE (received_at);

            CREATE TABLE IF NOT EXISTS mfg_edge_event_digest (
                uuid uuid PRIMARY KEY,
                event_row_id bigint NOT NULL
            );
            CREATE INDEX IF NOT EXISTS mfg_edge_event_digest_event_row_id_index
                ON mfg_edge_event_digest USING brin (event_row_id);
            """
        )
        self._make_days_ahead()

    @api.depends("envelope")
    def _compute_envelope_shown(self):
        for event, whole in self._with_whole():
            event.envelope_shown = event._mask().document(whole.envelope)

    def _whole_bodies(self):
        pretty = json.dumps(self._whole().envelope, indent=2, ensure_ascii=False)
        return [*super()._whole_bodies(), (_("Event"), pretty)]

    @api.model
    def _make_days_ahead(self):
        """Make the partitions of today and the days to come."""
        today = fields.Datetime.now().date()
        for ahead in range(DAYS_AHEAD + 1):
            event_partitions.ensure(self.env.cr, today + timedelta(days=ahead))

    # ------------------------------------------------------------------ look-up

    @api.model
    def _trace(self, uuid):
        """Where a raw event is and which inbox event speaks for it.

        :param uuid: the server's uuid from the door's answer
        :return: None when it is unknown, else ``{"connector_id", "received_at",
            "event_id", "event_type", "state", "inbox_uuid"}``; the last four are
            None when there is nothing to say: the event is over its retention; no
            ``inbox_uuid`` is one that is not aggregated yet or gathered with others,
            or says nothing to add
        """
        self.env.cr.execute(
            f"""
            SELECT batch.connector_id, batch.received_at,
                   event.event_id, event.event_type,
                   CASE WHEN COALESCE(posted.gathers_until, proof.gathers_until)
                             IS NOT NULL THEN 'captured'
                        WHEN event.id IS NOT NULL THEN batch.state END AS state,
                   CASE WHEN event.event_type = ANY(%(counting)s)
                             AND COALESCE(posted.gathers_until, proof.gathers_until)
                                 IS NULL
                        THEN COALESCE(posted.event_uuid, proof.event_uuid)
                        WHEN batch.state = 'aggregated'
                             AND event.event_type = ANY(%(told)s)
                        THEN event.uuid::varchar
                   END AS inbox_uuid
              FROM mfg_edge_event_digest digest
              JOIN mfg_edge_batch batch ON batch.id = digest.event_row_id >> {ITEM_BITS}
              LEFT JOIN mfg_edge_event event
                     ON event.id = digest.event_row_id
                    AND event.received_at = batch.received_at
              LEFT JOIN mfg_edge_reading reading
                     ON reading.event_row_id = event.id
                    AND reading.window_id IS NOT NULL
              LEFT JOIN mfg_edge_window posted ON posted.id = reading.window_id
              LEFT JOIN mfg_edge_window proof
                     ON proof.connector_id = event.connector_id
                    AND proof.equipment = event.equipment
                    AND proof.kind = 'counts'
                    AND proof.job_order IS NOT DISTINCT FROM event.job_order
                    AND proof.operation IS NOT DISTINCT FROM event.operation
                    AND {PLACE} BETWEEN proof.first_place AND proof.last_place
             WHERE digest.uuid = %(uuid)s
             LIMIT 1
            """,
            {
                "counting": list(machine_events.COUNTING),
                "told": list(machine_events.TOLD),
                "uuid": str(uuid),
            },
        )
        found = self.env.cr.dictfetchall()
        return found[0] if found else None

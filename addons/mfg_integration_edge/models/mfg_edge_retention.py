import logging
import time
from datetime import timedelta

from psycopg2.errors import LockNotAvailable

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.mfg_integration_core.models.mfg_retention import BUDGET_S
from odoo.addons.mfg_integration_core.unit_of_work import run_in_transaction

from .. import event_partitions
from ..event_rows import ITEM_BITS, row_ids

_logger = logging.getLogger(__name__)

#: Days that hold when somebody has deleted the system parameter.
DEFAULT_DAYS = {"retention_days": 30, "dedupe_days": 90}
#: Batches whose ids one transaction forgets.
CHUNK_BATCHES = 100
#: Rows that one transaction deletes.
CHUNK_ROWS = 5000


class MfgEdgeRetention(models.Model):
    """How long raw events are kept, and their ids.

    A day of events is dropped as a whole. Their ids and batches outlive them, so that a
    late repeat is still known, and go in chunks. Each step is a transaction of its own:
    a door waits for none of them longer than an instant.
    """

    _inherit = "mfg.edge.event"

    @api.model
    def _cron_retention(self):
        """Make the days to come, drop the days that are over and processed."""
        registry = self.env.registry
        complete = self._retain(
            lambda work: run_in_transaction(registry, work, uid=SUPERUSER_ID)
        )
        if not complete:
            cron = "mfg_integration_edge.ir_cron_mfg_edge_event_retention"
            self.env.ref(cron).sudo()._trigger()

    @api.model
    def _retain(self, run, budget_s=BUDGET_S):
        """Carry out all steps; whether there was time enough.

        :param run: called with each step, a function of an environment
        """
        deadline = time.monotonic() + budget_s
        now = fields.Datetime.now()
        retention = timedelta(days=self._parameter("retention_days"))
        dedupe = timedelta(days=self._parameter("dedupe_days"))
        run(lambda env: env[self._name]._make_days_ahead())
        for day in run(lambda env: event_partitions.days(env.cr)):
            if day < now.date() - retention:
                run(lambda env, day=day: env[self._name]._drop_day_if_done(day))
        run(lambda env: env[self._name]._index_known_ids())
        moment, after = now - max(retention, dedupe), 0
        while after is not None:
            if time.monotonic() >= deadline:
                return False
            after = run(
                lambda env, after=after: env[self._name]._forget_chunk(moment, after)
            )
        steps = ("_forget_readings", "_forget_contexts")
        return all(self._repeat(run, step, deadline, moment) for step in steps)

    @api.model
    def _repeat(self, run, step, deadline, *args):
        """Carry out a step, chunk by chunk; whether there was time enough.

        :param step: name of a method that says how many rows it has deleted
        """
        while time.monotonic() < deadline:
            if run(lambda env: getattr(env[self._name], step)(*args)) < CHUNK_ROWS:
                return True
        return False

    @api.model
    def _parameter(self, name):
        """A number of days from the system parameters."""
        parameters = self.env["ir.config_parameter"].sudo()
        value = parameters.get_param(f"mfg_integration_edge.{name}")
        return int(value or DEFAULT_DAYS[name])

    @api.model
    def _drop_day_if_done(self, day):
        """Give up a day, unless an event of it has not been aggregated yet."""
        self.env.cr.execute(
            """
            SELECT FROM mfg_edge_batch
             WHERE state = 'captured' AND received_at < %s AND received_at >= %s
             LIMIT 1
            """,
            (day + timedelta(days=1), day),
        )
        if not self.env.cr.rowcount:
            self._drop_day(day)

    @api.model
    def _drop_day(self, day):
        """Give up a day, tomorrow if somebody reads it for long just now."""
        try:
            with self.env.cr.savepoint():
                event_partitions.drop(self.env.cr, day)
        except LockNotAvailable:
            _logger.info("The machine events of %s are in use; they stay a day", day)

    @api.model
    def _index_known_ids(self):
        """Have the chunks find their rows without reading those that came lately."""
        self.env.cr.execute(
            "SELECT brin_summarize_new_values("
            "'mfg_edge_event_digest_event_row_id_index')"
        )

    @api.model
    def _forget_chunk(self, moment, after):
        """Forget a chunk of the batches that came before ``moment``, and their ids.

        The last batch in the order stays: a position is never used a second time.

        :param after: id of the last batch that was looked at
        :return: the same of this chunk, None when there was nothing left
        """
        cr = self.env.cr
        cr.execute(
            """
            SELECT id FROM mfg_edge_batch
             WHERE id > %s AND received_at < %s AND state = 'aggregated'
             ORDER BY id LIMIT %s
            """,
            (after, moment, CHUNK_BATCHES),
        )
        ids = [batch_id for (batch_id,) in cr.fetchall()]
        if not ids:
            return None
        first, _behind = row_ids(ids[0])
        _first, behind = row_ids(ids[-1])
        cr.execute(
            """
            DELETE FROM mfg_edge_event_digest
             WHERE event_row_id >= %s AND event_row_id < %s
               AND event_row_id >> %s = ANY(%s)
            """,
            (first, behind, ITEM_BITS, ids),
        )
        cr.execute(
            """
            DELETE FROM mfg_edge_batch batch
             WHERE id = ANY(%s)
               AND (position IS NULL
                    OR position < (SELECT max(position) FROM mfg_edge_batch newest
                                    WHERE newest.connector_id = batch.connector_id))
            """,
            (ids,),
        )
        return ids[-1]

    @api.model
    def _forget_readings(self, moment):
        """Delete a chunk of the readings of before ``moment``; how many rows.

        Those whose batch is forgotten: while it is there, they prove what was posted.
        What one that came later was added to stays, and so does the last of a series.
        """
        return self._forget(
            "mfg_edge_reading",
            """
            received_at < %(moment)s AND increment IS NOT NULL
            AND event_row_id < COALESCE(
                (SELECT min(id)::bigint << %(bits)s FROM mfg_edge_batch
                  WHERE received_at >= %(moment)s), %(all)s)
            AND NOT EXISTS (SELECT FROM mfg_edge_batch
                             WHERE id = due.event_row_id >> %(bits)s)
            AND (SELECT received_at FROM mfg_edge_reading later
                  WHERE later.series_id = due.series_id
                    AND later.is_scrap = due.is_scrap
                    AND (later.boot, later.sequence, later.moment, later.place)
                        > (due.boot, due.sequence, due.moment, due.place)
                  ORDER BY boot, sequence, later.moment, place LIMIT 1) < %(moment)s
            """,
            moment=moment,
            bits=ITEM_BITS,
            all=(1 << 63) - 1,
        )

    @api.model
    def _forget_contexts(self, moment):
        """Delete a chunk of what was scanned before ``moment``; how many rows.

        What was scanned last still holds, and a posting says what it stems from.
        """
        return self._forget(
            "mfg_edge_context",
            """
            received_at < %(moment)s AND EXISTS (
                SELECT FROM mfg_edge_context later
                 WHERE later.connector_id = due.connector_id
                   AND later.equipment = due.equipment
                   AND later.started_at > due.started_at
                   AND later.received_at < %(moment)s)
            AND NOT EXISTS (SELECT FROM mfg_edge_window WHERE context_id = due.id)
            """,
            moment=moment,
        )

    @api.model
    def _forget(self, table, condition, **values):
        """Delete a chunk of the rows of which a condition holds; how many rows."""
        self.env.cr.execute(
            f"""
            DELETE FROM {table}
             WHERE id IN (SELECT id FROM {table} due WHERE {condition}
                           ORDER BY id LIMIT %(rows)s FOR UPDATE SKIP LOCKED)
            """,
            {**values, "rows": CHUNK_ROWS},
        )
        return self.env.cr.rowcount

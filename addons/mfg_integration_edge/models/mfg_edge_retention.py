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
        run(lambda env: env["mfg.edge.series"]._forget_before(moment))
        while after is not None:
            if time.monotonic() >= deadline:
                return False
            after = run(
                lambda env, after=after: env[self._name]._forget_chunk(moment, after)
            )
        return True

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

import logging
import threading
from datetime import timedelta

from psycopg2.extras import execute_values

from odoo import SUPERUSER_ID, api, fields, models

from ..protocols.audit_chain import GENESIS, digest
from ..unit_of_work import after_commit, run_in_transaction

_logger = logging.getLogger(__name__)

#: Entries are sealed together so often, in seconds; with the way to the job that is
#: well within the 10 s that an entry may stay unsealed.
SEALED_EVERY_S = 4
#: Key of the advisory lock that makes the sealer the only one: "mfg-seal" in ASCII.
SEALER_LOCK = int.from_bytes(b"mfg-seal", "big")
#: Entries that are chained at a time.
SEAL_BATCH = 5000
#: Until when this process has asked for a sealing, by database.
_asked_until = {}
_lock = threading.Lock()


class MfgAuditSealing(models.Model):
    """Entries are sealed seconds after the commit that they are part of.

    Each process asks for one job per few seconds, however many entries it commits
    meanwhile; a commit costs nothing as long as such a job is still to come. The cron
    of every minute seals what no job did, such as while the runner is dead.
    """

    _inherit = "mfg.audit.entry"

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: what is written is sealed soon after it is committed."""
        entries = super().create(vals_list)
        postcommit = self.env.cr.postcommit
        if entries and "mfg.seal" not in postcommit.data:
            postcommit.data["mfg.seal"] = True
            registry = self.env.registry
            after_commit(self.env.cr, lambda: _ask_for_sealing(registry))
        return entries

    @api.model
    def _plan_sealing(self, at):
        """A job that seals at a moment, unless there is one or nobody runs jobs."""
        if self.env["mfg.sweeper"]._runner_holds_lock():
            self.with_delay(
                channel="root.mfg",
                identity_key=f"mfg-seal-{at:%Y%m%d%H%M%S}",
                eta=at,
            )._seal_now()

    @api.model
    def _seal_now(self):
        """Seal what is committed; the body of the job, whose cursor is not used."""
        return run_in_transaction(
            self.env.registry,
            lambda env: env["mfg.audit.entry"]._cron_seal(),
            uid=SUPERUSER_ID,
        )

    @api.model
    def _cron_seal(self):
        """Seal what was committed since the last time.

        :return: how many entries were sealed

        One sealer at a time. A snapshot older than another sealer's commit is no
        danger: both start at the oldest unsealed entry, so the second update fails.
        """
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_xact_lock(%s)", (SEALER_LOCK,))
        if not cr.fetchone()[0]:
            return 0
        self.env["mfg.audit.entry"].flush_model()
        count = 0
        while sealed := self._seal_batch():
            count += sealed
        self.invalidate_model(flush=False)
        return count

    @api.model
    def _seal_batch(self):
        """Chain the oldest unsealed entries; how many there were."""
        cr = self.env.cr
        number, previous = self._head()
        cr.execute(
            """
            SELECT id, canonical FROM mfg_audit_entry
             WHERE seal_number IS NULL ORDER BY id LIMIT %s
            """,
            (SEAL_BATCH,),
        )
        links = []
        for entry_id, text in cr.fetchall():
            number += 1
            sealed = digest(previous, text)
            links.append((entry_id, number, previous, sealed))
            previous = sealed
        if links:
            execute_values(
                # Odoo's cursor delegates to psycopg2's, which execute_values needs.
                cr._obj,
                """
                UPDATE mfg_audit_entry AS entry
                   SET seal_number = link.number,
                       previous = link.previous,
                       digest = link.digest,
                       sealed_at = clock_timestamp() AT TIME ZONE 'UTC'
                  FROM (VALUES %s) AS link (id, number, previous, digest)
                 WHERE entry.id = link.id
                """,
                links,
                page_size=len(links),
            )
        return len(links)

    @api.model
    def _head(self):
        """Number and digest of the last sealed entry."""
        self.env.cr.execute(
            """
            SELECT seal_number, digest FROM mfg_audit_entry
             WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1
            """
        )
        return self.env.cr.fetchone() or (0, GENESIS)

    @api.model
    def _cron_tell_head(self):
        """Write number and digest of the newest link into the server's log.

        A chain whose end was cut off is whole; only who knows an older head from
        elsewhere finds that out.
        """
        self._cron_seal()
        number, newest = self._head()
        _logger.info("Audit trail: head is %s %s", number, newest)


def _ask_for_sealing(registry):
    """Have what was just committed sealed, unless a job that will see it is planned."""
    now = fields.Datetime.now()
    with _lock:
        if now < _asked_until.get(registry.db_name, now):
            return
        # On a grid, so that processes ask for the same job.
        seconds = SEALED_EVERY_S - int(now.timestamp()) % SEALED_EVERY_S
        at = _asked_until[registry.db_name] = now + timedelta(seconds=seconds)
    run_in_transaction(
        registry,
        lambda env: env["mfg.audit.entry"]._plan_sealing(at),
        uid=SUPERUSER_ID,
    )

from odoo import fields, models
from odoo.tools import sql

from ..protocols.rate_limit import Quota


class MfgRateBucket(models.Model):
    """What each connector may still send, shared by all worker processes.

    The table is UNLOGGED and written by one READ COMMITTED statement: after a crash of
    the database every bucket is full.
    """

    _name = "mfg.rate.bucket"
    _description = "Rate Limit Bucket"
    _auto = False
    _log_access = False
    _rec_name = "connector_id"

    connector_id = fields.Many2one("mfg.connector", readonly=True)
    tokens = fields.Float(
        "Events Left", readonly=True, help="Below 0 is what is paid back first."
    )
    filled_at = fields.Datetime(readonly=True)
    refused = fields.Boolean(readonly=True, help="The newest call was refused.")

    def init(self):
        if not sql.table_exists(self.env.cr, self._table):
            self.env.cr.execute(
                f"""
                CREATE UNLOGGED TABLE {self._table} (
                    id serial PRIMARY KEY,
                    connector_id integer NOT NULL UNIQUE
                        REFERENCES mfg_connector ON DELETE CASCADE,
                    tokens double precision NOT NULL,
                    filled_at timestamp NOT NULL,
                    refused boolean NOT NULL)
                """
            )

    def _take(self, cr, connector_id, per_minute, events):
        """Take the events of one request out of the bucket, if it isn't empty.

        Who waited for another request's statement computes with what that one left, so
        the fill of a moment is never counted twice.

        :param cr: READ COMMITTED cursor of the caller
        :return: the :class:`Quota` after it
        """
        filled = """LEAST(
            %(most)s,
            bucket.tokens + %(most)s / 60.0 * GREATEST(
                0, extract(epoch FROM now() AT TIME ZONE 'UTC' - bucket.filled_at)))"""
        cr.execute(
            f"""
            INSERT INTO {self._table} AS bucket
                   (connector_id, tokens, filled_at, refused)
            VALUES (%(connector)s, %(most)s - %(events)s, now() AT TIME ZONE 'UTC',
                    FALSE)
            ON CONFLICT (connector_id) DO UPDATE
               SET tokens = {filled}
                       - CASE WHEN {filled} >= 1 THEN %(events)s ELSE 0 END,
                   filled_at =
                       GREATEST(bucket.filled_at, now() AT TIME ZONE 'UTC'),
                   refused = {filled} < 1
            RETURNING tokens, refused
            """,
            {"connector": connector_id, "most": per_minute, "events": events},
        )
        return Quota(per_minute, *cr.fetchone())

from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import ormcache

from ..protocols import key_scope, partner_credentials

#: So many requests at once note a use without waiting for each other.
SHARDS = 16
#: A use is noted when the one that is known is older than this.
NOTED_EVERY = "1 minute"


class StoredKey(NamedTuple):
    """A key as the doors keep it in memory."""

    id: int
    digest: str
    expires_at: datetime | None
    scope: key_scope.KeyScope


class MfgApiKeyUse(models.Model):
    """How a key opens a door, and that it was used."""

    _inherit = "mfg.api.key"

    last_used_at = fields.Datetime(
        "Last Used",
        compute="_compute_last_used_at",
        help="To the minute. Nothing is shown after a crash of the database until the"
        " key is used again.",
    )

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS mfg_api_key_use (
                key_id integer NOT NULL REFERENCES mfg_api_key ON DELETE CASCADE,
                shard integer NOT NULL,
                used_at timestamp NOT NULL,
                PRIMARY KEY (key_id, shard))
            """
        )

    def _compute_last_used_at(self):
        self.env.cr.execute(
            """
            SELECT key_id, date_trunc('second', max(used_at))
              FROM mfg_api_key_use
             WHERE key_id IN %s
             GROUP BY key_id
            """,
            (tuple(self._origin.ids) or (0,),),
        )
        used = dict(self.env.cr.fetchall())
        for key in self:
            # The row on a form that is being edited is not the stored one.
            key.last_used_at = used.get(key._origin.id, False)

    # ---------------------------------------------------------------------- doors

    @api.model
    def _find(self, connector, sent):
        """The connector's key in force that was sent, a :class:`StoredKey`, or None.

        The use of one that fits is noted.
        """
        now = fields.Datetime.now()
        in_force = {
            key.id: key
            for key in self._stored(connector.id)
            if not key.expires_at or key.expires_at > now
        }
        digests = {key_id: key.digest for key_id, key in in_force.items()}
        key_id = partner_credentials.matching(sent, digests)
        if key_id is None:
            return None
        self._note_use(key_id)
        return in_force[key_id]

    @api.model
    @ormcache("connector_id")
    def _stored(self, connector_id):
        """The :class:`StoredKey` of every key that is not revoked.

        Kept by each server process until a key changes.
        """
        keys = self.sudo().search_fetch(
            [("connector_id", "=", connector_id), ("revoked_at", "=", False)],
            ["digest", "expires_at", "allowed_sources"],
        )
        return tuple(
            StoredKey(key.id, key.digest, key.expires_at, key._scope()) for key in keys
        )

    def _scope(self):
        """What the key is limited to."""
        self.ensure_one()
        return key_scope.KeyScope(
            doors=frozenset(self.door_ids.mapped("code")),
            event_types=frozenset(self.event_type_ids.mapped("name")),
            networks=key_scope.read_sources(self.allowed_sources or ""),
        )

    def _note_use(self, key_id):
        """Note on the request's READ COMMITTED cursor that a key was used.

        Mostly this only reads. Once a minute it writes a row that few other requests
        write, so that none of them waits for another one's commit.
        """
        shard = self.env.cr.connection.info.backend_pid % SHARDS
        self.env.cr.execute(
            """
            INSERT INTO mfg_api_key_use AS known (key_id, shard, used_at)
            SELECT %(key)s, %(shard)s, now() AT TIME ZONE 'UTC'
             WHERE NOT EXISTS (
                   SELECT 1
                     FROM mfg_api_key_use
                    WHERE key_id = %(key)s AND shard = %(shard)s
                      AND used_at > now() AT TIME ZONE 'UTC' - %(every)s::interval)
            ON CONFLICT (key_id, shard) DO UPDATE SET used_at = excluded.used_at
            """,
            {"key": key_id, "shard": shard, "every": NOTED_EVERY},
        )

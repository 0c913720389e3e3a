from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import ormcache

from ..protocols import partner_credentials

#: So many requests at once note a use without waiting for each other.
SHARDS = 16
#: A use is noted when the one that is known is older than this.
NOTED_EVERY = "1 minute"
#: What a key is and that it is revoked; nobody writes these afterwards.
FINAL_FIELDS = frozenset({"connector_id", "prefix", "digest", "revoked_at"})


class MfgApiKey(models.Model):
    """A key that a partner proves itself with, of which only the hash is stored.

    Several are in force during a rotation; each ends or is revoked by itself. The
    password of a partner that logs in (Basic) is such a key as well, so that no
    password that a person chose opens a door.
    """

    _name = "mfg.api.key"
    _description = "API Key"
    _inherit = ["mfg.cached.mixin"]
    _order = "id desc"
    _rec_name = "prefix"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True, readonly=True
    )
    prefix = fields.Char(
        "Begins with",
        required=True,
        readonly=True,
        help="By this you recognize the key; the rest of it is stored nowhere.",
    )
    digest = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        exportable=False,
        groups="mfg_integration_core.group_administrator",
        help="SHA-256 of the whole key.",
    )
    note = fields.Char(help="Who has the key, e.g. the line or the person.")
    expires_at = fields.Datetime(
        "Valid until", help="The key is accepted until then; empty = until revoked."
    )
    revoked_at = fields.Datetime("Revoked", readonly=True)
    last_used_at = fields.Datetime(
        "Last Used",
        compute="_compute_last_used_at",
        help="To the minute. Nothing is shown after a crash of the database until the"
        " key is used again.",
    )

    _sql_constraints = [
        ("digest_unique", "unique (digest)", "This key exists already."),
    ]

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

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        """Extended: a key that was revoked never comes back.

        :raise UserError: a field that is final is written
        """
        if FINAL_FIELDS & vals.keys():
            raise UserError(
                _(
                    "A key can't be changed, and one that is revoked stays so. Generate"
                    " a new key on the connector and revoke the one that is to end."
                )
            )
        return super().write(vals)

    # ----------------------------------------------------------------- business

    @api.model
    def _generate(self, connector):
        """Make a key of the connector; the key itself, which is stored nowhere.

        :raise AccessError: the user is no administrator, or may not see the connector
        """
        if not self.env.user.has_group("mfg_integration_core.group_administrator"):
            raise AccessError(_("Only an Integration Administrator may make keys."))
        connector.read(["code"])
        clear, prefix = partner_credentials.new_key()
        # sudo: nobody may create keys, or one could be had that somebody made up.
        self.sudo().create(
            {
                "connector_id": connector.id,
                "prefix": prefix,
                "digest": partner_credentials.digest(clear),
            }
        )
        self.env["mfg.audit.entry"]._append(connector, "api_key.created", new=prefix)
        return clear

    def action_revoke(self):
        """End these keys at once, and no others."""
        for key in self.filtered(lambda one: not one.revoked_at):
            # Past the guard above: this is the only way to revoke one.
            super(MfgApiKey, key).write({"revoked_at": fields.Datetime.now()})
            self.env["mfg.audit.entry"]._append(
                key.connector_id,
                "api_key.revoked",
                old=key.prefix,
                why=_("It is refused from now on."),
            )

    # ------------------------------------------------------------------- doors

    @api.model
    def _find(self, connector, sent):
        """The id of the connector's key in force that was sent, or None.

        The use of one that fits is noted.
        """
        now = fields.Datetime.now()
        in_force = {
            key_id: digest
            for key_id, digest, expires_at in self._stored(connector.id)
            if not expires_at or expires_at > now
        }
        key_id = partner_credentials.matching(sent, in_force)
        if key_id is not None:
            self._note_use(key_id)
        return key_id

    @api.model
    @ormcache("connector_id")
    def _stored(self, connector_id):
        """``((id, digest, expires at), …)`` of the keys that are not revoked.

        Kept by each server process until a key changes.
        """
        keys = self.sudo().search_fetch(
            [("connector_id", "=", connector_id), ("revoked_at", "=", False)],
            ["digest", "expires_at"],
        )
        return tuple((key.id, key.digest, key.expires_at) for key in keys)

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

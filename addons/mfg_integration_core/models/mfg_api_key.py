from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

from ..exceptions import ConfigurationError
from ..protocols import key_scope, partner_credentials
from .mfg_connector_audit import told_fields

#: What a key is and that it is revoked; nobody writes these afterwards.
FINAL_FIELDS = frozenset({"connector_id", "prefix", "digest", "revoked_at"})
#: What a key may do; a change of it is audited.
SCOPE_FIELDS = ("expires_at", "door_ids", "event_type_ids", "allowed_sources")
#: So long before a key ends, the connector's responsible is told.
WARNED_BEFORE = timedelta(days=14)


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
    #: Fields that are final; made to be extended.
    _final_fields = FINAL_FIELDS

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
    plant_id = fields.Many2one(related="connector_id.plant_id")
    door_ids = fields.Many2many(
        "mfg.door", string="Opens", help="Doors that the key opens; empty = all."
    )
    event_type_ids = fields.Many2many(
        "mfg.event.type",
        string="May Send",
        help="Types of the events that may be sent with the key; empty = all. With"
        " types given, it opens no door for a vendor's own webhooks, whose type is"
        " found out later.",
    )
    allowed_sources = fields.Char(
        "From",
        help="Addresses that may call with this key, such as 10.20.0.0/16 or"
        " fd12:3456::7, separated by commas; empty = as the connector says.",
    )
    ends_soon = fields.Boolean(compute="_compute_ends_soon")
    warned_at = fields.Datetime(
        readonly=True, copy=False, help="When it was told that the key ends soon."
    )

    _sql_constraints = [
        ("digest_unique", "unique (digest)", "This key exists already."),
    ]

    @api.depends("expires_at", "revoked_at")
    def _compute_ends_soon(self):
        soon = fields.Datetime.now() + WARNED_BEFORE
        for key in self:
            ends_at = not key.revoked_at and key.expires_at
            key.ends_soon = bool(ends_at and ends_at <= soon)

    # ------------------------------------------------------------- constraints

    @api.constrains("allowed_sources")
    def _check_allowed_sources(self):
        for key in self:
            try:
                key_scope.read_sources(key.allowed_sources or "")
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error

    # --------------------------------------------------------------- overrides

    def write(self, vals):
        """Extended: a key that was revoked never comes back; changes are audited.

        :raise UserError: a field that is final is written
        """
        if self._final_fields & vals.keys():
            raise UserError(
                _(
                    "A key can't be changed, and one that is revoked stays so. Generate"
                    " a new key on the connector and revoke the one that is to end."
                )
            )
        if "expires_at" in vals:
            vals = {"warned_at": False, **vals}
        names = [name for name in SCOPE_FIELDS if name in vals]
        before = {key.id: told_fields(key, names) for key in self}
        done = super().write(vals)
        for key in self:
            told = told_fields(key, names)
            if told != before[key.id]:
                self.env["mfg.audit.entry"]._append(
                    key.connector_id,
                    "api_key.changed",
                    old=f"{key.prefix}: {before[key.id]}",
                    new=f"{key.prefix}: {told}",
                )
        return done

    # ----------------------------------------------------------------- business

    @api.model
    def _generate(self, connector, **more):
        """Make a key of the connector; the key itself, which is stored nowhere.

        :param more: further values of its record
        :raise AccessError: the user is no administrator, or may not see the connector
        """
        self.env.user._mfg_check_role(
            "administrator", _("Only an Integration Administrator may make keys.")
        )
        connector.read(["code"])
        clear, prefix = partner_credentials.new_key()
        self._admit(connector, prefix, partner_credentials.digest(clear), **more)
        return clear

    @api.model
    def _admit(self, connector, prefix, digest, **more):
        """Let a key in of which the hash is known; the caller asks who may do so.

        :return: its record, with the hub's rights
        """
        # sudo: nobody may create keys, or one could be had that somebody made up.
        key = self.sudo().create(
            {
                "connector_id": connector.id,
                "prefix": prefix,
                "digest": digest,
                **more,
            }
        )
        self.env["mfg.audit.entry"]._append(connector, "api_key.created", new=prefix)
        return key

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

    @api.model
    def _warn_of_ends(self):
        """Tell the responsible people which keys end soon, each key once."""
        now = fields.Datetime.now()
        # sudo: it is nobody's work in particular.
        keys = self.sudo().search(
            [
                ("revoked_at", "=", False),
                ("warned_at", "=", False),
                ("expires_at", ">", now),
                ("expires_at", "<=", now + WARNED_BEFORE),
                ("connector_id.active", "=", True),
            ]
        )
        for key in keys:
            key._warn_of_end()
        keys.warned_at = now

    def _warn_of_end(self):
        """Note that the key ends soon, and tell the connector's responsible."""
        self.ensure_one()
        connector = self.connector_id
        text = _(
            "The API key %(prefix)s of %(connector)s ends on %(moment)s; who uses it is"
            " refused from then on. Generate a new one and hand it over, or give the"
            " key more time.",
            prefix=self.prefix,
            connector=connector.name,
            moment=format_datetime(self.env, self.expires_at, tz="UTC"),
        )
        self.env["mfg.hub.note"]._note("trouble", text, connector)
        connector.message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
            partner_ids=connector.responsible_id.partner_id.ids,
        )

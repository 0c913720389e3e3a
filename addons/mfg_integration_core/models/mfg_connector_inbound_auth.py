from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import ConfigurationError, CredentialsError
from ..protocols import key_scope, partner_token
from ..protocols import partner_credentials as credentials

#: What a connector needs whose partner brings tokens.
TOKEN_FIELDS = (
    "jwt_issuer",
    "jwt_audience",
    "jwks_url",
    "jwt_claim",
    "jwt_claim_value",
)


class MfgConnectorInboundAuth(models.Model):
    """How the partner of a connector proves itself at the doors."""

    _inherit = "mfg.connector"

    inbound_auth = fields.Selection(
        [
            ("signature", "Signs what it sends (Standard Webhooks)"),
            ("api_key", "Sends an API key (Bearer)"),
            ("jwt", "Sends a token of your identity provider (JWT)"),
            ("basic", "Logs in with user and password (Basic)"),
        ],
        "Proves Itself by",
        required=True,
        default="signature",
        tracking=True,
        help="A signature proves sender and content. A key, token or password proves"
        " the sender to everybody who can read it on its way: only over HTTPS.",
    )
    basic_allowed = fields.Boolean(
        "Allow User and Password",
        tracking=True,
        help="Only for a partner that can do nothing else: the password travels with"
        " every request, and nothing proves what it says.",
    )
    inbound_username = fields.Char("User Name of the Partner", tracking=True)
    api_key_ids = fields.One2many(
        "mfg.api.key",
        "connector_id",
        "API Keys",
        copy=False,
        groups="mfg_integration_core.group_administrator",
    )
    jwt_issuer = fields.Char(
        "Issuer", tracking=True, help="Claim iss of the tokens, letter by letter."
    )
    jwt_audience = fields.Char(
        "Audience", tracking=True, help="Claim aud: the name of this hub there."
    )
    jwks_url = fields.Char(
        "Address of the Keys",
        tracking=True,
        help="The jwks_uri of the identity provider. It is called from here; inside"
        " your own network it has to be among the Allowed Networks.",
    )
    jwt_algorithms = fields.Char(
        "Algorithms",
        default=partner_token.DEFAULT_ALGORITHMS,
        tracking=True,
        help="Signatures that tokens may have, separated by commas.",
    )
    jwt_claim = fields.Char(
        "Claim of the Partner",
        default="sub",
        tracking=True,
        help="Claim that tells this partner from others of the same identity"
        " provider, e.g. sub, azp or client_id.",
    )
    jwt_claim_value = fields.Char("Is", tracking=True)

    # ------------------------------------------------------------- constraints

    @api.constrains("inbound_auth", "basic_allowed", "inbound_username")
    def _check_basic(self):
        for connector in self.filtered(lambda one: one.inbound_auth == "basic"):
            if not connector.basic_allowed:
                raise ValidationError(
                    _(
                        "User and password are the weakest proof. Tick 'Allow User and"
                        " Password' on %(name)s if its partner can do nothing else.",
                        name=connector.name,
                    )
                )
            if not connector.inbound_username or ":" in connector.inbound_username:
                raise ValidationError(
                    _("Fill in the user name of the partner; it has no colon.")
                )

    @api.constrains("inbound_auth", "jwt_algorithms", *TOKEN_FIELDS)
    def _check_token_rules(self):
        for connector in self.filtered(lambda one: one.inbound_auth == "jwt"):
            missing = [name for name in TOKEN_FIELDS if not connector[name]]
            if missing:
                named = connector.fields_get(missing, ["string"])
                raise ValidationError(
                    _(
                        "Without them a token proves nothing; fill in: %(fields)s.",
                        fields=", ".join(named[name]["string"] for name in missing),
                    )
                )
            if not connector.jwks_url.startswith(("https://", "http://")):
                raise ValidationError(
                    _("The address of the keys must begin with https:// or http://.")
                )
            try:
                partner_token.read_algorithms(connector.jwt_algorithms)
            except ConfigurationError as error:
                raise ValidationError(str(error)) from error

    # ----------------------------------------------------------------- buttons

    def action_generate_api_key(self):
        """Make another key and show it this once; those before stay in force."""
        self.ensure_one()
        return self.env["mfg.secret"]._show_once(
            self.env["mfg.api.key"]._generate(self)
        )

    # ------------------------------------------------------------------- doors

    def _proof_at(self, door):
        """By what callers prove themselves at a door; made to be extended.

        :param door: its code
        :return: as ``inbound_auth``, or what an addon adds to :meth:`_proof_checks`
        """
        return self.inbound_auth

    def _proof_checks(self):
        """What checks each kind of proof that is sent in Authorization."""
        return {
            "api_key": self._check_api_key,
            "jwt": self._check_token,
            "basic": self._check_login,
        }

    def _check_credentials(self, headers, proof=None):
        """What the partner may do with what it sends in Authorization.

        :param proof: one of :meth:`_proof_checks`; that of the connector by default
        :return: a :class:`KeyScope`
        :raise CredentialsError: it is not, with the challenge for the answer
        """
        self.ensure_one()
        return self._proof_checks()[proof or self.inbound_auth](headers)

    def _check_api_key(self, headers):
        challenge = credentials.challenge("Bearer", self.code)
        sent = credentials.bearer(headers, challenge)
        key = self.env["mfg.api.key"].sudo()._find(self, sent)
        if key is None:
            raise CredentialsError(
                "The API key is unknown, revoked or expired. The administrator of Odoo"
                " generates a new one on the connector's form.",
                code="key_wrong",
                challenge=_invalid_token(self.code),
            )
        return key.scope

    def _check_login(self, headers):
        challenge = credentials.challenge("Basic", self.code, charset="UTF-8")
        username, password = credentials.login(headers, challenge)
        # Both are always looked at: the time taken tells nothing of the name.
        is_named = credentials.equal(username, self.inbound_username or "")
        key = self.env["mfg.api.key"].sudo()._find(self, password)
        if not is_named or key is None:
            raise CredentialsError(
                "User or password is wrong, revoked or expired. The administrator of"
                " Odoo generates a new password on the connector's form.",
                code="login_wrong",
                challenge=challenge,
            )
        return key.scope

    def _check_token(self, headers):
        challenge = credentials.challenge("Bearer", self.code)
        token = credentials.bearer(headers, challenge)
        rules = partner_token.TokenRules(
            issuer=self.jwt_issuer,
            audience=self.jwt_audience,
            algorithms=partner_token.read_algorithms(self.jwt_algorithms),
            claim=self.jwt_claim,
            value=self.jwt_claim_value,
            tolerance_s=self._limit("tolerance_s"),
        )
        key_set = self.env["mfg.key.set"].sudo()._stored(self.id, self.jwks_url)
        try:
            partner_token.verify(token, key_set, rules)
        except CredentialsError as error:
            error.challenge = _invalid_token(self.code)
            raise
        return key_scope.UNLIMITED


def _invalid_token(realm):
    """The challenge to who sent a token that is refused (RFC 6750, section 3)."""
    return credentials.challenge("Bearer", realm, error="invalid_token")

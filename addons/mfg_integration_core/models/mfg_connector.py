import itertools
import re
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ..exceptions import (
    MfgIntegrationError,
    PermanentDeliveryError,
    UnknownConnectorError,
    in_full,
)
from ..protocols import webhook_signature
from ..protocols.retry_policy import RetryPolicy, delay_before, least_span_s

CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")

#: What a door needs to know of its connector, kept in memory by every process.
DOOR_FIELDS = (
    "code",
    "company_id",
    "template",
    "max_body_bytes",
    "tolerance_s",
    "events_per_minute",
    "adapter",
    "state",
    "inbound_auth",
)
#: And besides, by how the partner proves itself.
PROOF_FIELDS = {
    "basic": ("inbound_username",),
    "jwt": (
        "jwt_issuer",
        "jwt_audience",
        "jwks_url",
        "jwt_algorithms",
        "jwt_claim",
        "jwt_claim_value",
    ),
}


class MfgConnector(models.Model):
    """A configured connection to one system outside."""

    _name = "mfg.connector"
    _description = "Connector"
    _inherit = ["mail.thread", "mfg.cached.mixin"]
    _order = "name"
    _cached_fields = frozenset(
        itertools.chain(DOOR_FIELDS, *PROOF_FIELDS.values(), ["active"])
    )

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        tracking=True,
        help="Part of the address that the partner calls.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Acts as",
        required=True,
        default=lambda self: self.env.user,
        tracking=True,
        help="User whose rights the connection has. Give it an own user that may do"
        " no more than it needs.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        tracking=True,
        help="Is told when something of the connector waits too long.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("live", "Live"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
    )
    adapter = fields.Selection(
        [("rest", "HTTP API that a template describes")],
        required=True,
        default="rest",
        help="The dialect; each is an abstract model mfg.connector.adapter.<dialect>.",
    )
    base_url = fields.Char("Address", tracking=True)
    username = fields.Char()
    outbound_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_outbound_secret", copy=False
    )
    inbound_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_inbound_secret", copy=False
    )
    secret_ids = fields.One2many(
        "mfg.secret",
        "connector_id",
        copy=False,
        groups="mfg_integration_core.group_administrator",
    )
    has_outbound_secret = fields.Boolean(compute="_compute_secrets")
    has_inbound_secret = fields.Boolean(compute="_compute_secrets")
    parallelism = fields.Integer(
        default=2, help="Lanes worked on at the same time, each by a job of its own."
    )
    tolerance_s = fields.Integer(
        "Signature Tolerance (s)", default=300, help="Clock skew a signature may have."
    )
    max_body_bytes = fields.Integer("Largest Body (bytes)", default=1048576)
    retry_base_s = fields.Float("First Retry after (s)", default=5.0)
    retry_cap_s = fields.Float("Longest Wait (s)", default=14400.0)
    retry_factor = fields.Float(
        "Each Wait Longer by", default=2.0, help="2 doubles the wait each time."
    )
    retry_jitter_percent = fields.Integer(
        "Random Share (%)",
        default=20,
        help="Waits are up to this much longer, so that a partner that comes back is"
        " not met by everything at once.",
    )
    retry_max_attempts = fields.Integer("Attempts", default=20)
    retry_span_h = fields.Float(
        "Outage Survived (h)",
        compute="_compute_retry_span",
        help="A partner may be down this long before a message becomes a dead letter.",
    )
    subscription_ids = fields.One2many("mfg.subscription", "connector_id", copy=True)
    lane_ids = fields.One2many("mfg.lane", "connector_id", copy=False)
    message_count = fields.Integer("In 24 Hours", compute="_compute_counts")
    expired_count = fields.Integer("Expired", compute="_compute_counts")
    dead_count = fields.Integer("Dead Letters", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    last_success_at = fields.Datetime(compute="_compute_counts")
    inbound_url = fields.Char("Address for Events", compute="_compute_inbound_urls")
    hook_url = fields.Char("Address for Webhooks", compute="_compute_inbound_urls")

    _sql_constraints = [
        ("code_unique", "unique (code)", "Another connector has this code."),
        (
            "parallelism_positive",
            "CHECK (parallelism BETWEEN 1 AND 32)",
            "Parallelism is a number from 1 to 32.",
        ),
    ]

    # ------------------------------------------------------------- constraints

    @api.constrains("code")
    def _check_code(self):
        for connector in self:
            if not CODE.fullmatch(connector.code):
                raise ValidationError(
                    _("A code has small letters, digits, '-' and '_' only.")
                )

    @api.constrains("base_url")
    def _check_base_url(self):
        for connector in self.filtered("base_url"):
            if not re.match(r"https?://[^/\s]+", connector.base_url):
                raise ValidationError(
                    _("The address must begin with http:// or https:// and a host.")
                )

    @api.constrains(
        "retry_base_s",
        "retry_cap_s",
        "retry_factor",
        "retry_jitter_percent",
        "retry_max_attempts",
    )
    def _check_retry_plan(self):
        for connector in self:
            try:
                connector._retry_policy()
            except ValueError as error:
                raise ValidationError(
                    _("This is no retry plan: %(error)s", error=error)
                ) from error

    # ---------------------------------------------------------------- computes

    @api.depends("retry_base_s", "retry_cap_s", "retry_factor", "retry_max_attempts")
    def _compute_retry_span(self):
        for connector in self:
            try:
                span_s = least_span_s(connector._retry_policy())
            except ValueError:  # half typed in; saving it says what is wrong
                span_s = 0.0
            connector.retry_span_h = span_s / 3600

    @api.depends("secret_ids.purpose")
    def _compute_secrets(self):
        for connector in self:
            purposes = set(connector.sudo().secret_ids.mapped("purpose"))
            connector.has_outbound_secret = "outbound" in purposes
            connector.has_inbound_secret = "inbound" in purposes
            # Written only: what was stored never comes back to a screen.
            connector.outbound_secret = False
            connector.inbound_secret = False

    def _inverse_outbound_secret(self):
        self._seal_secret("outbound")

    def _inverse_inbound_secret(self):
        self._seal_secret("inbound")

    def _seal_secret(self, purpose):
        """Seal what was typed in, and forget it before a screen reads it back."""
        name = f"{purpose}_secret"
        for connector in self.filtered(name):
            self.env["mfg.secret"]._add(connector, purpose, connector[name])
        self.invalidate_recordset([name])

    def _compute_counts(self):
        log, dead = self.env["mfg.integration.log"], self.env["mfg.dead.letter"]
        yesterday = fields.Datetime.now() - timedelta(days=1)
        lately = self._counted(log, [("create_date", ">=", yesterday)])
        expired = self._counted(log, [("state", "=", "expired")])
        waiting = self._counted(log, [("state", "in", ("waiting", "retry", "held"))])
        dead = self._counted(dead, [])
        for connector in self:
            connector.message_count = lately.get(connector, 0)
            connector.expired_count = expired.get(connector, 0)
            connector.waiting_count = waiting.get(connector, 0)
            connector.dead_count = dead.get(connector, 0)
            # Of each by itself: the index ends at the newest one of a connector. One
            # that is not stored yet has none.
            newest = self.env["mfg.outbox.message"].search(
                [("connector_id", "in", connector.ids), ("delivered_at", "!=", False)],
                order="delivered_at desc",
                limit=1,
            )
            connector.last_success_at = newest.delivered_at

    def _counted(self, rows, domain):
        """How many of the rows each connector has; those with none are missing."""
        mine = [("connector_id", "in", self.ids), *domain]
        return dict(rows._read_group(mine, ["connector_id"], ["__count"]))

    @api.depends("code")
    def _compute_inbound_urls(self):
        # Asked of no record: several have no base address together.
        base = self.browse().get_base_url()
        for connector in self:
            code = connector.code or "…"
            connector.inbound_url = f"{base}/mfg/v1/events/{code}"
            connector.hook_url = f"{base}/mfg/v1/hooks/{code}"

    # ----------------------------------------------------------------- secrets

    def _secrets(self, purpose):
        """Secrets of a purpose as clear text, newest first. Never log them."""
        self.ensure_one()
        return self.env["mfg.secret"].sudo()._clear_values(self, purpose)

    def _retry_policy(self):
        """:raise ValueError: when the numbers make no plan"""
        self.ensure_one()
        return RetryPolicy(
            base_s=self.retry_base_s,
            factor=self.retry_factor,
            cap_s=self.retry_cap_s,
            jitter=self.retry_jitter_percent / 100,
            max_attempts=self.retry_max_attempts,
        )

    def _retry_at(self, attempt, retry_after=None):
        """When an attempt may begin: naive UTC, or None when there is no such attempt.

        :param attempt: 2 for the first retry
        :param retry_after: seconds that the partner asked for
        """
        self.ensure_one()
        try:
            seconds = delay_before(attempt, self._retry_policy(), retry_after)
        except PermanentDeliveryError:
            return None
        return fields.Datetime.now() + timedelta(seconds=seconds)

    # ----------------------------------------------------------------- look-up

    @api.model
    def _by_code(self, code):
        """The live or paused connector of a code.

        :raise UnknownConnectorError: when there is none
        """
        known = self._known_to_doors().get(code)
        if known is None:
            raise UnknownConnectorError(
                "There is no live connector with this code. Check the address, or ask"
                " the administrator of Odoo to set the connector live."
            )
        connector = self.sudo().browse(known["id"])
        # As a read would, but of what is kept; a door asks for nothing else.
        for name, value in known["fields"].items():
            connector.env.cache.insert_missing(connector, self._fields[name], [value])
        return connector

    @api.model
    @ormcache()
    def _known_to_doors(self):
        """Connectors that take something in: ``{code: {"id", "fields"}}``.

        The values of the fields are as the cache of records has them.
        """
        known = {}
        for taker in self.sudo().search([("state", "in", ("live", "paused"))]):
            names = (*DOOR_FIELDS, *PROOF_FIELDS.get(taker.inbound_auth, ()))
            values = {
                name: taker._fields[name].convert_to_cache(taker[name], taker)
                for name in names
            }
            known[taker.code] = {"id": taker.id, "fields": values}
        return known

    @api.model
    def _subscriptions_to(self, event_type):
        """Active subscriptions of live and paused connectors to a type of event."""
        return (
            self.env["mfg.subscription"]
            # Whoever confirms an order may not read connectors, yet owes the message.
            .sudo()
            .search(
                [
                    ("event_type_id.name", "=", event_type),
                    ("connector_id.state", "in", ("live", "paused")),
                    ("connector_id.active", "=", True),
                ]
            )
        )

    @api.model
    def _find_progress(self, uuid):
        """How far an event came: (its connector, progress), or None.

        Progress is ``{"uuid", "id", "type", "state", "received_at", "processed_at",
        "reason"?, "document"?}``. Extended by addons with doors of their own.
        """
        event = self.env["mfg.inbox.event"].search([("uuid", "=", uuid)], limit=1)
        return (event.connector_id, event._progress()) if event else None

    # ----------------------------------------------------------------- buttons

    def action_go_live(self):
        """Start to exchange; what was held while paused goes out now."""
        for connector in self:
            calls_out = connector.template and connector._get_template().calls_out
            if calls_out and not connector.base_url:
                raise UserError(
                    _("Fill in the address of %(name)s first.", name=connector.name)
                )
            if not connector.user_id.email:
                raise UserError(
                    _(
                        "%(user)s, whom %(name)s acts as, has no email address. Odoo"
                        " needs one to write notes on documents: give the user one.",
                        user=connector.user_id.name,
                        name=connector.name,
                    )
                )
            connector.state = "live"
            connector.action_add_default_subscriptions()
        self._arm_for_the_first_time()
        self._wake()

    def action_pause(self):
        """Stop to send and to handle; nothing is dropped meanwhile."""
        self.filtered(lambda connector: connector.state == "live").state = "paused"

    def action_resume(self):
        """Go on where the pause began."""
        self.filtered(lambda connector: connector.state == "paused").state = "live"
        self._wake()

    def action_generate_inbound_secret(self):
        """Make a secret for the partner's signatures and show it this once."""
        self.ensure_one()
        secret = webhook_signature.new_secret()
        self.env["mfg.secret"]._add(self, "inbound", secret)
        return self.env["mfg.secret"]._show_once(secret)

    def action_test_connection(self):
        """Call the partner's check operation and say in plain words how it went."""
        self.ensure_one()
        adapter = self.env["mfg.connector.adapter"]._of(self)
        try:
            with adapter._open(self) as line:
                answer = adapter._check(line)
        except MfgIntegrationError as error:
            raise UserError(
                _(
                    "%(name)s does not answer as it should: %(error)s",
                    name=self.name,
                    error=in_full(error),
                )
            ) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": _("%(name)s answers", name=self.name),
                "message": answer,
            },
        }

    def action_view_log(self):
        """The connector's rows of the log."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Log of %(name)s", name=self.name),
            "res_model": "mfg.integration.log",
            "views": [(False, "list"), (False, "form")],
            "domain": [("connector_id", "=", self.id)],
            "context": dict(self.env.context.get("mfg_log_filter") or {}),
        }

    def action_view_dead_letters(self):
        """What of the connector failed for good, by cause."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Dead letters of %(name)s", name=self.name),
            "res_model": "mfg.dead.letter",
            "views": [(False, "list")],
            "domain": [("connector_id", "=", self.id)],
            "context": {"search_default_group_by_cause": 1},
        }

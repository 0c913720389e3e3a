import re

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..exceptions import MfgIntegrationError, in_full

CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


class MfgConnector(models.Model):
    """A configured connection to one system outside."""

    _name = "mfg.connector"
    _description = "Connector"
    _inherit = ["mail.thread", "mfg.cached.mixin"]
    _order = "name"
    _check_company_auto = True

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
    plant_id = fields.Many2one(
        "mfg.plant",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The one plant that the system serves: documents of other plants are not"
        " sent to it, and users of other plants see nothing of it. Empty = it serves"
        " the whole company.",
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
    parallelism = fields.Integer(
        default=2, help="Lanes worked on at the same time, each by a job of its own."
    )
    subscription_ids = fields.One2many("mfg.subscription", "connector_id", copy=True)
    lane_ids = fields.One2many("mfg.lane", "connector_id", copy=False)
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

    # ---------------------------------------------------------------- computes

    @api.depends("code")
    def _compute_inbound_urls(self):
        # Asked of no record: several have no base address together.
        base = self.browse().get_base_url()
        for connector in self:
            code = connector.code or "…"
            connector.inbound_url = f"{base}/mfg/v1/events/{code}"
            connector.hook_url = f"{base}/mfg/v1/hooks/{code}"

    # --------------------------------------------------------------- overrides

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Overridden: whom a connector acts as is not who is in charge of it.

        Nobody reads the mail of such a user; *Responsible* is told what there is.
        """
        return []

    # ----------------------------------------------------------------- look-up

    @api.model
    def _subscriptions_to(self, event_type):
        """Active subscriptions of live and paused connectors to a type of event.

        What nobody wants costs no query.
        """
        # sudo: whoever confirms an order may not read connectors, yet owes the message.
        subscriptions = self.env["mfg.subscription"].sudo()
        kept = subscriptions.browse(subscriptions._ids_to(event_type))
        # Another process may just have deleted one.
        return kept.exists() if kept else kept

    def _serves(self, document):
        """Whether the document is none of another plant's than the connector's own."""
        self.ensure_one()
        if not self.plant_id:
            return True
        plant = self.env["mfg.plant"]._plants_of(document).get(document.id)
        return not plant or plant == self.plant_id

    @api.model
    def _find_progress(self, uuid):
        """How far an event came: (its connector, progress), or None.

        Progress is ``{"uuid", "id", "type", "state", "received_at", "processed_at",
        "event_time"?, "posted_at"?, "reason"?, "document"?}``. Extended by addons with
        doors of their own.
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

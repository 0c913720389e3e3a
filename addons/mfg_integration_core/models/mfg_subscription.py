from ast import literal_eval
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..exceptions import ConfigurationError, in_full


class MfgSubscription(models.Model):
    """Who gets what: the only place that decides it."""

    _name = "mfg.subscription"
    _description = "Subscription"
    _inherit = ["mfg.cached.mixin", "mfg.latency.mixin"]
    _order = "connector_id, event_type_id"
    _rec_names_search = ["operation", "event_type_id", "connector_id"]
    _cached_fields = frozenset({"connector_id", "event_type_id", "active"})

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    event_type_id = fields.Many2one(
        "mfg.event.type",
        required=True,
        ondelete="cascade",
        domain=[("direction", "=", "out")],
    )
    operation = fields.Char(
        help="Operation of the connector's template that sends the message."
    )
    condition = fields.Char(
        default="[]",
        help="Domain on the business document; empty = every document.",
    )
    ordering = fields.Selection(
        [("document", "Per document"), ("connector", "Per connector")],
        required=True,
        default="document",
        help="Messages of one ordering key are sent strictly one after the other.",
    )
    time_to_live_s = fields.Integer(
        "Time to Live (s)",
        help="A message that could not be sent by then expires and is never sent; 0 ="
        " it has no end. Give every command one that must not come late.",
    )
    full_state = fields.Boolean(
        help="Each message tells the whole state of its document, so a newer one"
        " supersedes those before it that were not sent yet.",
    )
    mapping_version = fields.Integer(default=1)
    active = fields.Boolean(default=True)

    _sql_constraints = [
        (
            "operation_unique",
            "unique (connector_id, event_type_id, operation)",
            "This connector already has a subscription for this operation.",
        ),
        (
            "time_to_live_positive",
            "CHECK (time_to_live_s >= 0)",
            "A time to live is not negative; 0 means no end.",
        ),
    ]

    @api.depends("connector_id", "event_type_id", "operation")
    def _compute_display_name(self):
        for subscription in self:
            what = subscription.operation or subscription.event_type_id.name
            connector = subscription.connector_id.name
            subscription.display_name = f"{connector}: {what}" if connector else what

    @api.constrains("condition")
    def _check_condition(self):
        for subscription in self:
            try:
                domain = literal_eval(subscription.condition or "[]")
            except (ValueError, SyntaxError) as error:
                raise ValidationError(
                    _("The condition is not a domain: %(error)s", error=error)
                ) from error
            if not isinstance(domain, list):
                raise ValidationError(_("The condition must be a list of terms."))

    @api.constrains("operation", "connector_id")
    def _check_operation(self):
        """Refuse an operation that the connector's partner does not offer."""
        for subscription in self:
            connector = subscription.connector_id
            if not subscription.operation or not connector.template:
                continue
            try:
                connector._get_template().operation(subscription.operation)
            except ConfigurationError as error:
                raise ValidationError(in_full(error)) from error

    @api.model
    @ormcache("event_type")
    def _ids_to(self, event_type):
        """Ids of the subscriptions of live and paused connectors to a type of event."""
        # Whoever asks first asks for all.
        wanted = (
            self.sudo()
            .with_context(active_test=True)
            .search(
                [
                    ("event_type_id.name", "=", event_type),
                    ("connector_id.state", "in", ("live", "paused")),
                    ("connector_id.active", "=", True),
                ]
            )
        )
        return tuple(wanted.ids)

    def _matches(self, document):
        """Whether ``document`` meets the condition, in our company and plant."""
        self.ensure_one()
        company = "company_id" in document._fields and document.company_id
        if company and company != self.connector_id.company_id:
            return False
        if not self.connector_id._serves(document):
            return False
        condition = literal_eval(self.condition or "[]")
        return not condition or bool(document.filtered_domain(condition))

    def _expires_at(self, now):
        """When a message that is owed at ``now`` is of no use any more, or None."""
        self.ensure_one()
        seconds = self.time_to_live_s
        return now + timedelta(seconds=seconds) if seconds else None

    def _ordering_key(self, document):
        """Key of the lane that a message about ``document`` belongs to."""
        self.ensure_one()
        if self.ordering == "connector":
            return "connector"
        return f"{document._name}/{document.id}"

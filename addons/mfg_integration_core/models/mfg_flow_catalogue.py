import re
from collections import defaultdict

from odoo import _, api, fields, models

_VERSION = re.compile(r"\.v(\d+)$")


class MfgFlowCatalogue(models.Model):
    """What people agreed on about a flow: the interface catalogue.

    A flow is an interface: one type of event between Odoo and one partner, in one
    direction. What is subscribed to is in the catalogue before the first message.
    """

    _inherit = "mfg.flow"

    owner_id = fields.Many2one(
        "res.users", help="Answers for the interface, also when it changes."
    )
    record_owner = fields.Selection(
        [
            ("odoo", "Odoo"),
            ("partner", "The partner"),
            ("shared", "Both, field by field"),
        ],
        help="Whose version of the record counts when they differ.",
    )
    criticality = fields.Selection(
        [
            ("low", "Low: can wait for days"),
            ("normal", "Normal: within a day"),
            ("high", "High: within the shift"),
            ("critical", "Critical: production stops"),
        ],
        help="What it means when nothing comes through.",
    )
    purpose = fields.Char(help="What it is for, in a few words.")
    contract_version = fields.Integer(
        "Version",
        compute="_compute_contract_version",
        group_operator=None,
        help="Of the contract; 0 = the partner's own format.",
    )
    ends_on = fields.Date(
        compute="_compute_contract_version", help="From this day it may be gone."
    )
    latency = fields.Char(compute="_compute_latency")
    last_success_at = fields.Datetime("Last Success", readonly=True)

    @api.depends("event_type")
    def _compute_contract_version(self):
        book = self.env["mfg.event.type"]._contracts()
        ends = {
            one.event_type: one.sunset
            for one in book.deprecations(self.mapped("event_type"))
        }
        for flow in self:
            version = _VERSION.search(flow.event_type or "")
            flow.contract_version = int(version[1]) if version else 0
            flow.ends_on = ends.get(flow.event_type)

    @api.depends("direction", "event_type", "connector_id.subscription_ids")
    def _compute_latency(self):
        subscriptions = self.env["mfg.subscription"].search(
            [("connector_id", "in", self.connector_id.ids)]
        )
        labels = dict(
            subscriptions._fields["latency_class"]._description_selection(self.env)
        )
        found = defaultdict(set)
        for one in subscriptions:
            key = one.connector_id.id, one.event_type_id.name
            found[key].add(labels[one.latency_class])
        for flow in self:
            asked = found[flow.connector_id.id, flow.event_type]
            if flow.direction == "in":
                flow.latency = _("When it comes in")
            elif flow.connector_id.adapter == "pull":
                flow.latency = _("When the partner fetches it")
            else:
                flow.latency = ", ".join(sorted(asked)) or _("Not subscribed any more")

    @api.model
    def action_open_catalogue(self):
        """The catalogue, with what was subscribed to since it was last opened."""
        subscriptions = self.env["mfg.subscription"].search([])
        self._ensure(
            self.env.cr,
            {
                (one.connector_id.id, "out", one.event_type_id.name)
                for one in subscriptions
            },
        )
        return self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_integration_core.mfg_flow_catalogue_action"
        )

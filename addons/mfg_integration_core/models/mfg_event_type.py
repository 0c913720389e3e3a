from pathlib import Path

from odoo import _, api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.modules.module import get_module_path

from ..protocols.contract import ContractBook


class MfgEventType(models.Model):
    """A type of event or message, and the handler that gives it its meaning."""

    _name = "mfg.event.type"
    _description = "Event Type"
    _inherit = ["mfg.cached.mixin"]
    _order = "name"
    _rec_names_search = ["name", "description"]

    name = fields.Char(
        required=True, help="CloudEvents type, such as mfg.machine.state.v1."
    )
    direction = fields.Selection(
        [("in", "Inbound"), ("out", "Outbound")], required=True, default="in"
    )
    handler_model = fields.Char(
        help="Technical name of the abstract model that handles the event."
    )
    description = fields.Char(translate=True)
    active = fields.Boolean(default=True)
    gates_orders = fields.Boolean(
        "Orders Need Its Receiver",
        readonly=True,
        help="An order does what a connector that gets this says for when it is down.",
    )
    has_own_retention = fields.Boolean(
        "Own Retention", help="Else the general settings say how long it is kept."
    )
    keep_bodies_days = fields.Integer(
        "Keep Bodies (days)",
        default=30,
        help="What was said: bodies, payloads, attachments. 0 = for ever.",
    )
    keep_headers_days = fields.Integer(
        "Keep Rows (days)",
        default=365,
        help="That it was said, when, and how it went. 0 = for ever.",
    )

    _sql_constraints = [
        ("name_unique", "unique (name)", "This event type is already defined."),
        (
            "retention_not_negative",
            "CHECK (keep_bodies_days >= 0 AND keep_headers_days >= 0)",
            "A number of days is not negative; 0 means for ever.",
        ),
    ]

    @api.depends("name", "description")
    @api.depends_context("mfg_in_words", "lang")
    def _compute_display_name(self):
        """Extended: what it says in words, too, where people choose one."""
        super()._compute_display_name()
        if self.env.context.get("mfg_in_words"):
            for event_type in self.filtered("description"):
                event_type.display_name = (
                    f"{event_type.description} ({event_type.name})"
                )

    @api.constrains("handler_model", "direction")
    def _check_handler_model(self):
        for event_type in self.filtered("handler_model"):
            model = self.env.get(event_type.handler_model)
            if model is None or not hasattr(model, "_handle"):
                raise ValidationError(
                    _(
                        "%(handler)s is not a handler of events.",
                        handler=event_type.handler_model,
                    )
                )

    @api.model
    @tools.ormcache("name")
    def _handler_of(self, name):
        """The model that handles what comes in under this name; False for none."""
        return self.search(
            [("name", "=", name), ("direction", "=", "in")]
        ).handler_model

    @api.model
    @tools.ormcache()
    def _taken_types(self):
        """Names of the types with a contract that the door for events takes, sorted."""
        return tuple(filter(self._handler_of, self._contracts().types()))

    @api.model
    @tools.ormcache()
    def _contracts(self):
        """The contracts of all installed addons: a :class:`ContractBook`."""
        folders = [
            Path(get_module_path(module), "contract")
            for module in sorted(self.env.registry._init_modules)
            if module.startswith("mfg_")
        ]
        return ContractBook([folder for folder in folders if folder.is_dir()])

from pathlib import Path

from odoo import _, api, fields, models, tools
from odoo.exceptions import UserError
from odoo.modules.module import get_module_path

from ..protocols.template import Template


class MfgConnectorTemplate(models.Model):
    """Which vendor's API a connector speaks, as a template describes it."""

    _inherit = "mfg.connector"

    template = fields.Selection(
        "_selection_template",
        tracking=True,
        help="Description of the partner's API; empty for a partner that only calls"
        " us with CloudEvents.",
    )

    @api.model
    def _selection_template(self):
        """Templates that the installed addons ship."""
        return [
            (key, self._load_template(key).name)
            for key in sorted(self._template_files())
        ]

    @api.model
    @tools.ormcache()
    def _template_files(self):
        """Paths of the templates of the installed addons, by key."""
        found = {}
        for module in sorted(self.env.registry._init_modules):
            path = get_module_path(module, display_warning=False)
            if module.startswith("mfg_") and path:
                found |= _yaml_files(path)
        return found

    @api.model
    @tools.ormcache("key")
    def _load_template(self, key):
        """The template of a key; a wrong file is refused with place and remedy."""
        path = self._template_files()[key]
        with open(path, encoding="utf-8") as file:
            return Template.load(file.read(), path.name)

    def _get_template(self):
        """The connector's template.

        :raise UserError: when the connector has none
        """
        self.ensure_one()
        if not self.template:
            raise UserError(
                _(
                    "%(connector)s has no template to call its partner with.",
                    connector=self.name,
                )
            )
        return self._load_template(self.template)

    def action_add_default_subscriptions(self):
        """Subscribe to what the template's operations are made for."""
        for connector in self.filtered("template"):
            known = connector.subscription_ids.mapped("operation")
            for operation in connector._get_template().operations:
                event_type = self.env["mfg.event.type"].search(
                    [("name", "=", operation.event_type)]
                )
                if event_type and operation.name not in known:
                    self.env["mfg.subscription"].create(
                        {
                            "connector_id": connector.id,
                            "event_type_id": event_type.id,
                            "operation": operation.name,
                        }
                    )


def _yaml_files(addon_path):
    """Template files in one addon, by key."""
    return {path.stem: path for path in Path(addon_path, "templates").glob("*.yaml")}

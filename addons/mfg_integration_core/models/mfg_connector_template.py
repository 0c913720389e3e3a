import base64
from pathlib import Path

from odoo import _, api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.modules.module import get_module_path

from .. import deployment
from ..exceptions import ConfigurationError, in_full
from ..protocols import value_map_csv
from ..protocols.template import Template
from ..protocols.value_map import IN, OUT


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
        """Templates of the installed addons and of the deployment's own folders.

        A wrong one stays in the list, and choosing it says what is wrong: a mistake in
        one file must not close the screens of all other connectors.
        """
        return [
            (key, self._template_name(key)) for key in sorted(self._template_files())
        ]

    @api.model
    def _template_name(self, key):
        """What people call the template of a key, also when it is wrong."""
        try:
            return self._load_template(key).name
        except ConfigurationError:
            return _("%(template)s (has a mistake)", template=key)

    @api.constrains("template")
    def _check_template(self):
        """Refuse a wrong template, and one that lacks operations in use.

        The subscriptions say what is wrong with them; this one about the file itself.
        """
        for connector in self.filtered("template"):
            try:
                connector._get_template()
            except ConfigurationError as error:
                raise ValidationError(in_full(error)) from error
            connector.subscription_ids._check_operation()

    @api.model
    @tools.ormcache()
    def _template_files(self):
        """Paths of the templates, by key.

        Those of the installed addons, and of the folders that the deployment's option
        ``templates`` names, separated by the system's path separator.
        """
        found = {}
        for folder in deployment.template_folders():
            found |= _yaml_files(folder)
        for module in sorted(self.env.registry._init_modules):
            path = get_module_path(module, display_warning=False)
            if module.startswith("mfg_") and path:
                found |= _yaml_files(Path(path, "templates"))
        return found

    @api.model
    @tools.ormcache("key")
    def _load_template(self, key):
        """The template of a key.

        :raise ConfigurationError: the file is wrong, with line and remedy; or gone
        """
        path = self._template_files().get(key)
        if path is None:
            raise ConfigurationError(
                f"There is no template {key} any more.",
                code="no_template",
                remedy="Install the addon that brings it, or choose another template.",
            )
        with open(path, encoding="utf-8") as file:
            return Template.load(file.read(), path.name)

    @api.model
    def _template_map_names(self):
        """Names of the value maps of all templates, sorted."""
        names = set()
        for key in self._template_files():
            try:
                names |= self._load_template(key).value_maps.keys()
            except ConfigurationError:
                # Whoever chooses the template is told what is wrong with it.
                continue
        return sorted(names)

    def _get_template(self, row=None):
        """The connector's template, with the words of its value maps.

        :param row: event or message that it is for; the words of its plant go first
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
        words = self.env["mfg.value.map"]._words_now(self)
        if not words:
            return self._load_template(self.template)
        plant_id = 0
        if words.plants:
            plants = self.env["mfg.plant"]
            plant = row._mapping_plant() if row else plants._plants_of(self)[self.id]
            plant_id = plant.id if plant.id in words.plants else 0
        if self.env.context.get("mfg_map_version_id"):
            own = {way: words.told(way, plant_id) for way in (IN, OUT)}
            return self._load_template(self.template).with_words(own)
        return self._template_with_words(self.template, self.id, plant_id)

    @api.model
    @tools.ormcache("key", "connector_id", "plant_id")
    def _template_with_words(self, key, connector_id, plant_id):
        """The template of a key with the words of a connector in one plant."""
        words = self.env["mfg.value.map"]._words(connector_id)
        own = {way: words.told(way, plant_id) for way in (IN, OUT)}
        return self._load_template(key).with_words(own)

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: what the templates' words mean is there to be looked at."""
        connectors = super().create(vals_list)
        self.env["mfg.value.map"]._show_shipped(connectors.filtered("template"))
        return connectors

    def write(self, vals):
        """Extended as :meth:`create`."""
        result = super().write(vals)
        if "template" in vals:
            self.env["mfg.value.map"]._show_shipped(self)
        return result

    def action_view_value_maps(self):
        """What the connector's codes mean, with what its template ships with."""
        self.ensure_one()
        self.env["mfg.value.map"]._show_shipped(self)
        action = "mfg_integration_core.mfg_value_map_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("connector_id", "=", self.id), ("version_id", "=", False)],
            "context": {
                "default_connector_id": self.id,
                "search_default_group_by_map": 1,
            },
        }

    def action_export_value_maps(self):
        """Download the connector's own entries as a table."""
        self.ensure_one()
        entries = self.env["mfg.value.map"].search(
            [
                ("connector_id", "=", self.id),
                ("shipped", "=", False),
                ("version_id", "=", False),
            ]
        )
        table = self.env["mfg.value.map.export"].create(
            {
                "table": base64.b64encode(value_map_csv.write(entries._as_lines())),
                "table_name": f"value_maps_{self.code}.csv",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{table._name}/{table.id}/table"
            "?filename_field=table_name&download=true",
            "target": "self",
        }

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


def _yaml_files(folder):
    """Template files in one folder, by key."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}

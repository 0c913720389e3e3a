from odoo import _, api, models

from ..exceptions import UnknownEventTypeError
from ..protocols import template_targets
from .mfg_value_map import RECORD_FIELDS


class MfgValueMapChoices(models.Model):
    """Which maps there are, and what the codes of each may mean."""

    _inherit = "mfg.value.map"

    # ----------------------------------------------------------------------- maps

    @api.model
    def _selection_map_name(self):
        """Maps that the suite knows, and those of the templates."""
        known = {
            "status": _("Status"),
            "priority": _("Priority"),
            "disposition": _("Quality decision"),
            "reason": _("Reason"),
            "uom": _("Unit of measure"),
            "product": _("Product"),
            "lot": _("Lot"),
            "location": _("Location"),
            "workcenter": _("Work center"),
            "equipment": _("Equipment"),
            "loss": _("Downtime reason"),
        }
        for name in self.env["mfg.connector"]._template_map_names():
            known.setdefault(name, name.replace("_", " ").capitalize())
        return list(known.items())

    @api.model
    def _map_label(self, name):
        """What people call the map."""
        return dict(self._selection_map_name()).get(name, name)

    @api.model
    def _record_field(self, name):
        """Field of the records that a map leads to; None where it leads to words."""
        return RECORD_FIELDS.get(name)

    @api.model
    def _record_model(self, name):
        """Model of the records that a map leads to; None where it leads to words."""
        field = self._record_field(name)
        return self._fields[field].comodel_name if field else None

    @api.model
    def _map_of_model(self, model):
        """The map that leads to records of ``model``; None for no map."""
        for name in RECORD_FIELDS:
            if self._record_model(name) == model:
                return name
        return None

    # ---------------------------------------------------------------------- words

    @api.depends("connector_id", "map_name")
    def _compute_known_words(self):
        for entry in self:
            words = entry._words_to_choose_from() if entry.connector_id else None
            entry.known_words = ", ".join(words or [])

    def _words_to_choose_from(self):
        """Words that the map may lead to; None when nothing says which.

        What the contracts of the events list that the template fills with the map.
        """
        connector = self.connector_id
        if not connector.template:
            return None
        # Not with its own words: these are being looked at.
        template = connector._load_template(connector.template)
        contracts = self.env["mfg.event.type"]._contracts()
        words = {}
        for event_type, path in template.map_targets.get(self.map_name, ()):
            try:
                schema = contracts.schema(event_type)
            except UnknownEventTypeError:
                # Its addon is not installed: nothing of it can come in either.
                continue
            words |= dict.fromkeys(template_targets.allowed_words(schema, path) or ())
        return list(words) or None

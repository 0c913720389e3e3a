from odoo import api, models

from ..exceptions import ConfigurationError
from ..protocols.template_text import to_text
from ..protocols.value_map import IN


class MfgValueMapShipped(models.Model):
    """The words of templates as entries, so that people see them beside their own.

    They are copies for the eye: what is read is the template.
    """

    _inherit = "mfg.value.map"

    @api.model
    def _show_shipped(self, connectors):
        """Bring the shipped entries of connectors up to what their templates say."""
        # sudo: nobody has the right to write shipped entries; only code does.
        maps = self.sudo()
        shown = maps.search(
            [("connector_id", "in", connectors.ids), ("shipped", "=", True)]
        )
        found = {shipped._shipped_key(): shipped for shipped in shown}
        wanted = {
            key: vals
            for connector in connectors
            for key, vals in self._shipped_of(connector)
        }
        gone = [entry.id for key, entry in found.items() if key not in wanted]
        maps.browse(gone).unlink()
        maps.create([vals for key, vals in wanted.items() if key not in found])

    def _shipped_key(self):
        return (
            self.connector_id.id,
            self.map_name,
            self.direction,
            self.partner_code,
            self.value,
        )

    @api.model
    def _shipped_of(self, connector):
        """``(key, values)`` of the entries that the connector's template stands for."""
        try:
            template = connector.template and connector._get_template()
        except ConfigurationError:
            # The connector's form says what is wrong with it.
            return
        if not template:
            return
        for name, words in template.value_maps.items():
            for way in sorted(template.map_uses[name]):
                for read, meant in words.items():
                    code, value = (read, meant) if way == IN else (meant, read)
                    code, value = to_text(code), to_text(value)
                    yield (
                        (connector.id, name, way, code, value),
                        {
                            "connector_id": connector.id,
                            "map_name": name,
                            "direction": way,
                            "partner_code": code,
                            "value": value,
                            "shipped": True,
                        },
                    )

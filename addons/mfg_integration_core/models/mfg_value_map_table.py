from odoo import _, api, models
from odoo.exceptions import UserError, ValidationError

from ..protocols.value_map import BOTH

#: What comes of a line of a table.
ADDED, CHANGED, SAME, WRONG = "added", "changed", "same", "wrong"


class MfgValueMapTable(models.Model):
    """Entries as lines of a table that planners edit: plants and records by codes."""

    _inherit = "mfg.value.map"

    # ------------------------------------------------------------------- writing

    def _as_lines(self):
        """The entries as lines of ``protocols/value_map_csv.py``."""
        return [
            {
                "plant": entry.plant_id.code or "",
                "map": entry.map_name,
                "direction": entry.direction,
                "their_code": entry.partner_code,
                "our_value": entry._code_of_meaning(),
                "note": entry.note or "",
            }
            for entry in self
        ]

    def _code_of_meaning(self):
        """The word, or the code by which the record is found again."""
        record = self._record()
        if not record:
            return self.value or ""
        return next(iter(self.env["mfg.own.code"]._codes_of(record)), "")

    def action_export(self):
        """Download the own entries of the connector at hand, or of the chosen ones."""
        connector_id = self.env.context.get("default_connector_id")
        connector = self.connector_id or self.env["mfg.connector"].browse(connector_id)
        if len(connector) != 1:
            raise UserError(
                _(
                    "Choose the entries of one connector, or open the value maps from"
                    " the connector's screen."
                )
            )
        return connector.action_export_value_maps()

    # ------------------------------------------------------------------- reading

    @api.model
    def _take_line(self, connector, line, draft=None):
        """Do what one line says; to be undone by the caller who only wants to know.

        :param draft: version that proposes it; else it holds at once
        :return: ``(outcome, what it means in words)``
        """
        if line.fault:
            return WRONG, line.fault
        try:
            with self.env.cr.savepoint():
                return self._take(connector, line, draft)
        except (UserError, ValidationError) as error:
            return WRONG, str(error.args[0])

    @api.model
    def _take(self, connector, line, draft):
        values = self._values_of(connector, line)
        entry = self._same_entry(connector, values)
        proposed = {
            "connector_id": connector.id,
            "version_id": draft.id if draft else False,
        }
        if not entry:
            entry = self.create({**values, **proposed})
            return ADDED, entry._told()
        changed = {
            name: value
            for name, value in values.items()
            if entry._stored(name) != (value or False)
        }
        if not changed:
            return SAME, entry._told()
        before = entry._told()
        if draft:
            values = {**entry._copied(), **changed, "replaces_id": entry.id}
            entry = self.create({**values, **proposed})
        else:
            entry.write(changed)
        return CHANGED, f"{before} → {entry._told()}"

    def _stored(self, name):
        """The value of a field as :meth:`_values_of` gives it."""
        value = self[name]
        return value.id if isinstance(value, models.BaseModel) else value or False

    @api.model
    def _values_of(self, connector, line):
        """Values of the entry that a line stands for.

        :raise UserError: it names what there is not, with what to do
        """
        names = dict(self._selection_map_name())
        if line.map not in names:
            raise UserError(
                _(
                    "There is no map %(map)s. Write one of: %(maps)s.",
                    map=line.map,
                    maps=", ".join(sorted(names)),
                )
            )
        values = {
            "plant_id": self._plant_of_line(connector, line).id,
            "map_name": line.map,
            "direction": line.direction,
            "partner_code": line.their_code,
        }
        if line.note:
            values["note"] = line.note
        field = self._record_field(line.map)
        if not field:
            return {**values, "value": line.our_value}
        return {**values, field: self._record_of_line(connector, line).id}

    @api.model
    def _plant_of_line(self, connector, line):
        plants = self.env["mfg.plant"]
        if not line.plant:
            return plants
        company = [("company_id", "=", connector.company_id.id)]
        plant = plants.search([*company, ("code", "=", line.plant)])
        if not plant:
            known = ", ".join(plants.search(company).mapped("code")) or _("none yet")
            raise UserError(
                _(
                    "There is no plant %(code)s. Leave the cell empty for all plants,"
                    " or write one of: %(plants)s.",
                    code=line.plant,
                    plants=known,
                )
            )
        return plant

    @api.model
    def _record_of_line(self, connector, line):
        model = self._record_model(line.map)
        own = self.env["mfg.own.code"]
        found = own._find(model, line.our_value, connector.company_id)
        found = found or own._find_by_name(model, line.our_value, connector.company_id)
        if len(found) != 1:
            raise UserError(
                _(
                    "%(code)s is the code of no %(model)s or of several. Write another"
                    " code of it, or make this entry on the screen.",
                    code=line.our_value,
                    model=self.env["ir.model"]._get(model).name.lower(),
                )
            )
        return found

    @api.model
    def _same_entry(self, connector, values):
        """The entry that a line is about; empty for a new one."""
        same = self.search(
            [
                ("connector_id", "=", connector.id),
                ("plant_id", "=", values["plant_id"]),
                ("map_name", "=", values["map_name"]),
                ("partner_code", "=", values["partner_code"]),
                ("shipped", "=", False),
                ("version_id", "=", False),
            ]
        )
        exact = same.filtered(lambda entry: entry.direction == values["direction"])
        either = same.filtered(
            lambda entry: BOTH in (entry.direction, values["direction"])
        )
        return (exact or either)[:1]

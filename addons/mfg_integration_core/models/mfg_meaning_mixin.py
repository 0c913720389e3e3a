from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..exceptions import VALUE_MAP, UnmappedValueError, in_full
from ..protocols.value_map import IN, OUT


class MfgMeaningMixin(models.AbstractModel):
    """How an event or message waits for somebody to say what a word means."""

    _inherit = "mfg.queued.mixin"

    waiting_model = fields.Char(readonly=True)
    waiting_key = fields.Char(readonly=True)
    mappable = fields.Boolean(
        compute="_compute_mappable", help="An entry of a value map lets it go on."
    )

    @api.depends("state", "waiting_model", "waiting_key")
    def _compute_mappable(self):
        for row in self:
            row.mappable = row.state in ("waiting", "held") and bool(
                row._missing_entry()
            )

    def _mapping_plant(self):
        """The plant whose words go first: the row's own, else its document's.

        Not looked for where no plant has words of its own.
        """
        self.ensure_one()
        plants = self.env["mfg.plant"]
        if not self.env["mfg.value.map"]._words_now(self.connector_id).plants:
            return plants
        plant = plants._plants_of(self)[self.id]
        document = None if plant else self._document()
        return plants._plants_of(document)[document.id] if document else plant

    def _missing_entry(self):
        """``(map, word)`` that the row waits for; None when it waits for no word."""
        self.ensure_one()
        if not self.waiting_key:
            return None
        if self.waiting_model == VALUE_MAP:
            name, _colon, word = self.waiting_key.partition(":")
            return name, word
        name = self.env["mfg.value.map"]._map_of_model(self.waiting_model)
        return (name, self.waiting_key) if name else None

    def _word_is_mapped(self):
        """Whether the word that the row waits for has a meaning by now."""
        name, word = self._missing_entry()
        words = self.env["mfg.value.map"]._words(self.connector_id.id)
        told = words.told(self._mapping_direction(), self._mapping_plant().id or 0)
        return word in told.get(name, ())

    def _mapping_direction(self):
        return IN if self._name == "mfg.inbox.event" else OUT

    @api.model
    def _waits_for(self, error):
        """Values that say what a row waits for after ``error``."""
        return {
            "waiting_model": getattr(error, "model", None),
            "waiting_key": getattr(error, "key", None),
        }

    @api.model
    def _reason_of(self, connector, error):
        """What is wrong and what to do about it, for the person who reads the row."""
        if not isinstance(error, UnmappedValueError) or not error.value_map:
            return in_full(error)
        values = {
            "connector": connector.name,
            "word": error.word[:100],
            "map": self.env["mfg.value.map"]._map_label(error.value_map),
        }
        if self._mapping_direction() == IN:
            return _(
                "%(connector)s says %(word)s, and nobody has said yet what that means"
                " (value map: %(map)s). Press Map it; everything that waits for it then"
                " goes on by itself.",
                **values,
            )
        return _(
            "Nobody has said yet what %(connector)s calls %(word)s (value map:"
            " %(map)s). Press Map it; everything that waits for it then goes on by"
            " itself.",
            **values,
        )

    def action_map(self):
        """Open a new entry with everything filled in that the row knows."""
        self.ensure_one()
        self.env.user._mfg_check_role(
            "approver",
            _(
                "Only an Integration Approver may say what a partner's words mean."
                " Ask your administrator."
            ),
        )
        missing = self._missing_entry()
        if not missing:
            raise UserError(_("It waits for no word that a value map could say."))
        name, word = missing
        direction = self._mapping_direction()
        filled = {
            "default_connector_id": self.connector_id.id,
            "default_map_name": name,
            "default_direction": direction,
        }
        if direction == IN:
            filled["default_partner_code"] = word
        else:
            filled |= self._filled_meaning(name, word)
        return {
            "type": "ir.actions.act_window",
            "name": _("Map it"),
            "res_model": "mfg.value.map",
            "views": [(False, "form")],
            "target": "new",
            "context": filled,
        }

    def _filled_meaning(self, name, word):
        """Defaults for the meaning of an entry about our own word."""
        maps = self.env["mfg.value.map"]
        model = maps._record_model(name)
        if not model:
            return {"default_value": word}
        found = self.env["mfg.own.code"]._find(model, word, self.company_id)
        return (
            {f"default_{maps._record_field(name)}": found.id} if len(found) == 1 else {}
        )

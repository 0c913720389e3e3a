from odoo import _, api, models
from odoo.exceptions import ValidationError

from ..protocols.value_map import IN, OUT
from .mfg_value_map import ENTRY_FIELDS, RECORD_FIELDS


class MfgValueMapCheck(models.Model):
    """What an entry may say: something that its map knows, and nothing said already."""

    _inherit = "mfg.value.map"

    @api.onchange("map_name")
    def _onchange_map_name(self):
        """A meaning of another map is none of this one."""
        for name, field in RECORD_FIELDS.items():
            if name != self.map_name:
                self[field] = False
        if self.map_name in RECORD_FIELDS:
            self.value = False

    @api.constrains(*ENTRY_FIELDS)
    def _check_meaning(self):
        for entry in self.filtered(lambda entry: not entry.shipped):
            label = self._map_label(entry.map_name)
            leads_to_record = entry.map_name in RECORD_FIELDS
            if leads_to_record != bool(entry._record()) or (
                leads_to_record == bool(entry.value)
            ):
                raise ValidationError(
                    _("Choose what %(code)s means (%(map)s).", **entry._named(label))
                )
            words = None if leads_to_record else entry._words_to_choose_from()
            if words and entry.direction != OUT and entry.value not in words:
                raise ValidationError(
                    _(
                        "%(code)s cannot mean %(word)s (%(map)s). Choose one of:"
                        " %(words)s.",
                        **entry._named(label),
                        word=entry.value,
                        words=", ".join(words),
                    )
                )

    def _check_free(self, values, but=None):
        """Say in plain words, and first, what the unique indexes would say in theirs.

        :param values: of an entry that is to be
        :param but: the entry that is to say it
        """
        entry = self.new(values)
        if entry.shipped:
            return
        same = [
            ("id", "!=", but.id if but else 0),
            ("connector_id", "=", entry.connector_id.id),
            ("plant_id", "=", entry.plant_id.id),
            ("map_name", "=", entry.map_name),
            ("shipped", "=", False),
            # What holds is compared with what holds, a draft with itself.
            ("version_id", "=", entry.version_id.id),
        ]
        named = entry._named(self._map_label(entry.map_name))
        inward, outward = entry._said_by_others(same)
        if inward:
            raise ValidationError(
                _(
                    "%(code)s means %(meaning)s already (%(map)s). Change that entry"
                    " instead.",
                    **{**named, "meaning": inward.meaning},
                )
            )
        if outward:
            raise ValidationError(
                _(
                    "For %(meaning)s we send %(other)s already (%(map)s), and it can be"
                    " one code only. Let %(code)s be only what they tell us, or let the"
                    " other one be.",
                    **named,
                    other=outward.partner_code,
                )
            )

    def _said_by_others(self, same):
        """One entry with the same code inward, and one with the same meaning outward.

        Empty where there is none, or where this one does not hold in that direction.

        :param same: domain of the entries to look among
        """
        code = [("direction", "!=", OUT), ("partner_code", "=", self.partner_code)]
        meaning = [("direction", "!=", IN), ("meaning_key", "=", self.meaning_key)]
        none = self.env[self._name]
        return (
            none if self.direction == OUT else self.search([*same, *code], limit=1),
            none if self.direction == IN else self.search([*same, *meaning], limit=1),
        )

    def _named(self, label):
        """Values for sentences about the entry."""
        return {"code": self.partner_code, "meaning": self.meaning, "map": label}

from odoo import _, api, models
from odoo.exceptions import UserError

from .mfg_value_map import ENTRY_FIELDS


class MfgValueMapChange(models.Model):
    """What a change of entries takes, and what comes of it.

    A second person may have to agree to it; it is audited; and what waited for a code
    goes on.
    """

    _inherit = "mfg.value.map"

    # ------------------------------------------------------------------ overrides

    @api.model_create_multi
    def create(self, vals_list):
        """Entries, after which everything goes on that waited for them.

        :raise UserError: a second person must agree first
        """
        entries = self._create_agreed(vals_list)
        entries._check_second_person()
        return entries

    def write(self, vals):
        """Extended: what waited for the new code goes on, and the change is audited.

        :raise UserError: a second person must agree first
        """
        if {"version_id", "shipped"} & vals.keys():
            raise UserError(_("A draft holds once it is published, and not before."))
        if not set(ENTRY_FIELDS) & vals.keys():
            return super().write(vals)
        self._check_draft_is_open()
        self._check_second_person(is_change=True)
        return self._write_agreed(vals)

    def unlink(self):
        """Extended as :meth:`write`; what was said stays in the audit trail."""
        self._check_draft_is_open()
        self._check_second_person(is_change=True)
        return self._unlink_agreed()

    # ------------------------------------------------------------------- business

    def _create_agreed(self, vals_list):
        """Add what was agreed on, or what needs nobody's agreement."""
        vals_list = [_trimmed(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_free(vals)
        entries = super().create(vals_list)
        entries._changed("mapping.added")
        return entries

    def _write_agreed(self, vals):
        """Change what was agreed on, or what needs nobody's agreement."""
        vals = _trimmed(vals)
        before = {entry: entry.display_name for entry in self}
        for entry in self:
            home = {
                "connector_id": entry.connector_id.id,
                "version_id": entry.version_id.id,
                "shipped": entry.shipped,
            }
            self._check_free({**entry._copied(), **home, **vals}, but=entry)
        result = super().write(vals)
        self._changed("mapping.changed", before)
        return result

    def _unlink_agreed(self):
        for entry in self._in_effect():
            entry._audit_in_plant()._append(
                entry.connector_id, "mapping.removed", old=entry._told()
            )
        return super().unlink()

    def _in_effect(self):
        """The own entries that hold, without shipped ones and drafts."""
        return self.filtered(lambda entry: not entry.shipped and not entry.version_id)

    def _changed(self, action, before=None):
        """Audit what people changed, and let go on what waited for it."""
        own = self._in_effect()
        before = before or {}
        self.env["mfg.audit.entry"]._append_all(
            entry._audit_in_plant()._prepare_entry(
                entry.connector_id,
                action,
                old=before.get(entry),
                new=entry._told(),
                why=entry.note,
            )
            for entry in own
        )
        own._resume_waiting()

    # ---------------------------------------------------------------------- audit

    def _audit_in_plant(self):
        """The audit trail; what is told of the entry is for users of its plant."""
        plant_id = self.plant_id.id or self.env.context.get("mfg_plant_id")
        return self.env["mfg.audit.entry"].with_context(mfg_plant_id=plant_id)

    def _told(self):
        """The whole entry in one line, for the audit trail."""
        self.ensure_one()
        directions = dict(self._fields["direction"]._description_selection(self.env))
        parts = [self.display_name, directions[self.direction].lower()]
        if self.plant_id:
            parts.append(self.plant_id.display_name)
        return ", ".join(parts)


def _trimmed(vals):
    """Values in which blanks around a code or word, which nobody sees, are gone."""
    texts = {
        name: vals[name].strip()
        for name in ("partner_code", "value")
        if isinstance(vals.get(name), str)
    }
    return {**vals, **texts}

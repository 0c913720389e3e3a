from contextlib import closing

from odoo import _, api, fields, models


class MfgChangeMixin(models.AbstractModel):
    """What two people change, where the plant wants it so.

    A model names in ``_mfg_agreed_fields`` what of its records is agreed to, and lists
    this mixin first in its ``_inherit``. A person who writes these fields then asks for
    the change: it is tried, its difference is kept, and the record stays as it is until
    somebody else agrees. What code writes with all rights, and what is loaded from
    files, holds at once.
    """

    _name = "mfg.change.mixin"
    _description = "Changed by Two People"

    _mfg_agreed_fields = frozenset()

    mfg_change_id = fields.Many2one(
        "mfg.change",
        "Waits for a Second Person",
        compute="_compute_mfg_change_id",
        help="Change that somebody asked for and nobody has decided about.",
    )

    def _compute_mfg_change_id(self):
        # sudo: that a change waits is told to whoever sees the record.
        waiting = self.env["mfg.change"].sudo()._waiting_on(self._origin)
        for record in self:
            record.mfg_change_id = waiting.get(record._origin.id)

    def write(self, vals):
        """Extended: what needs a second person is asked for, the rest is written."""
        guarded = self._mfg_guarded(vals)
        if not guarded:
            return super().write(vals)
        super(MfgChangeMixin, self - guarded).write(vals)
        agreed = {
            name: value
            for name, value in vals.items()
            if name in self._mfg_agreed_fields
        }
        if free := {name: vals[name] for name in vals.keys() - agreed.keys()}:
            super(MfgChangeMixin, guarded).write(free)
        for record in guarded:
            self.env["mfg.change"]._ask(record, agreed)
        return True

    def _mfg_guarded(self, vals):
        """Those of the records that do not take these values from one person."""
        if self.env.su or not self._mfg_agreed_fields & vals.keys():
            return self.browse()
        # What waits is not changed behind the back of who decides about it.
        return self.filtered(
            lambda record: (
                self.env["mfg.change"]._needs_second_person(record)
                and (record._mfg_will_hold(vals) or record.mfg_change_id)
            )
        )

    def _mfg_will_hold(self, vals):
        """Whether what the record says holds now, or would once this is written."""
        return self._mfg_holds()

    def _mfg_holds(self):
        """Whether what the record says has an effect; a draft has none."""
        return True

    # -------------------------------------------------------------- the change

    @api.model
    def _mfg_of_target(self, target):
        """The record that :meth:`_mfg_change_target` stands for, if it is there."""
        _model, record_id = target.split(",")
        return self.with_context(active_test=False).browse(int(record_id)).exists()

    def _mfg_change_target(self):
        """What names the record as long as it exists."""
        return f"{self._name},{self.id}"

    def _mfg_change_name(self):
        """What people read in the list of changes."""
        kind = self.env["ir.model"]._get(self._name).name
        name = self.sudo().display_name
        return _("%(kind)s: %(record)s", kind=kind, record=name)

    def _mfg_change_audited(self):
        """The record whose audit trail tells of the change."""
        return self

    def _mfg_change_opens(self):
        """The action that shows what is changed."""
        return self.get_formview_action()

    def _mfg_try_change(self, steps):
        """What the record says and what it would say after the steps, in words.

        Nothing stays of it.

        :raise AccessError: the user may not write the record
        :raise ValidationError: it can't be so
        """
        self.ensure_one()
        old = self.sudo()._mfg_in_words()
        # Closed and not left, which undoes all within.
        with closing(self.env.cr.savepoint()):
            # Writes nothing, yet Odoo checks whether the user may.
            super().write({})
            self.sudo()._mfg_apply_change(steps)
            self.env.flush_all()
            return old, self.sudo()._mfg_in_words()

    def _mfg_apply_change(self, steps):
        """Do what was asked for, with the rights of the environment."""
        for step in steps:
            self.write(step)

    # ------------------------------------------------------------------- words

    def _mfg_stand(self):
        """What the record says, in words that do not depend on who reads them."""
        return self.sudo().with_context(lang=None)._mfg_all_in_words()

    def _mfg_in_words(self):
        """All that is agreed to; empty while nothing of it holds."""
        return self._mfg_all_in_words() if self._mfg_holds() else ""

    def _mfg_all_in_words(self):
        """All that is agreed to, a line each, whether it holds or not."""
        self.ensure_one()
        lines = []
        for name, label in self._mfg_labels(self, sorted(self._mfg_agreed_fields)):
            if self._fields[name].type == "one2many":
                parts = enumerate(self[name], 1)
                lines += [
                    f"{label} {place}: {self._mfg_part_in_words(name, part)}"
                    for place, part in parts
                ]
            else:
                lines.append(f"{label}: {self._mfg_value_in_words(self, name)}")
        return "\n".join(lines)

    def _mfg_part_in_words(self, name, part):
        """A row of a list of the record; what is empty in it is left out."""
        left_out = {
            *models.MAGIC_COLUMNS,
            "sequence",
            self._fields[name].inverse_name,
        }
        own = [
            each.name
            for each in part._fields.values()
            if each.store and each.name not in left_out
        ]
        told = [
            (label, self._mfg_value_in_words(part, each))
            for each, label in self._mfg_labels(part, own)
        ]
        return "; ".join(f"{label}: {value}" for label, value in told if value)

    @api.model
    def _mfg_labels(self, record, names):
        """``[(name, label)]`` of fields, in the order of the names."""
        found = record.sudo().fields_get(names, ["string"])
        return [(name, found[name]["string"]) for name in names if name in found]

    @api.model
    def _mfg_value_in_words(self, record, name):
        """A value as people read it; empty for none."""
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return _("Yes") if value else _("No")
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type in ("integer", "float"):
            return f"{value:g}" if value else "0"
        if not value:
            return ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value)

import json

from odoo import _, api, models

from .mfg_setting_value import MODELS, level_of


class MfgSettingChange(models.Model):
    """Settings that are policies are changed by two people, where the plant wants it.

    A step is ``{"value": ..., "why": ...}``, the value None for one that is dropped;
    the last one counts.
    """

    _name = "mfg.setting"
    _inherit = ["mfg.change.mixin", "mfg.setting"]

    @api.model
    def _change(self, key, place, value, why=None):
        """As :meth:`_set`, or ask a second person for it.

        :return: the change that waits, if one does
        """
        changes = self.env["mfg.change"]
        setting = self._registry()[key]
        if self.env.su or not setting.is_policy or not changes._is_wanted_anywhere():
            self._set(key, place, value, why)
            return changes
        row = self._row_of(key, place)
        if not changes._needs_second_person(row):
            self._set(key, place, value, why)
            return changes
        return changes._ask(row, {"value": value, "why": why}, why)

    @api.model
    def _row_of(self, key, place):
        """The row about a setting at a place."""
        level = level_of(place)
        about = [(f"{level}_id", "=", place.id)] if place else []
        return self.search([("key", "=", key), ("level", "=", level), *about])

    # -------------------------------------------------------------- the change

    @api.model
    def _mfg_of_target(self, target):
        """Extended: rows have other ids once there are more settings."""
        _model, key, level, place_id = target.split(",")
        model = MODELS.get(level, "res.company")
        return self._row_of(key, self.env[model].browse(int(place_id) or []))

    def _mfg_change_target(self):
        return f"{self._name},{self.key},{self.level},{self._place().id or 0}"

    def _mfg_change_name(self):
        return _("%(setting)s: %(place)s", setting=self.label, place=self._where_told())

    def _mfg_change_audited(self):
        return self._place() or None

    def _mfg_change_opens(self):
        action = "mfg_integration_core.mfg_setting_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("key", "=", self.key)],
        }

    def _mfg_try_change(self, steps):
        """Overridden: what would be written is known without writing it."""
        self._check_may_set()
        value = steps[-1]["value"]
        self._check_value(self.key, self.level, value)
        return self._mfg_in_words(), self._in_words(value)

    def _mfg_apply_change(self, steps):
        step = steps[-1]
        self._set(self.key, self._place(), step["value"], step["why"])

    def _mfg_stand(self):
        return self.content if self.is_own else ""

    def _mfg_in_words(self):
        """The value that was set for this very place."""
        return self._in_words(json.loads(self.content) if self.is_own else None)

    def _in_words(self, value):
        told = (
            _("as for the next wider place")
            if value is None
            else self._told(self.key, value)
        )
        return _(
            "%(setting)s, %(place)s: %(value)s",
            setting=self.label,
            place=self._where_told(),
            value=told,
        )

    def _where_told(self):
        place = self._place()
        return place.sudo().display_name if place else _("All companies")

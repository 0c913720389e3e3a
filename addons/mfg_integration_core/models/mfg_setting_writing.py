import json

from odoo import _, api, models
from odoo.exceptions import AccessError, ValidationError

from ..protocols.inheritance import LEVELS
from .mfg_setting_value import LEVELS as LEVEL_NAMES
from .mfg_setting_value import level_of


class MfgSettingWriting(models.Model):
    """How a value comes to hold at a place: checked, kept and audited."""

    _inherit = "mfg.setting"

    # ------------------------------------------------------------------ by people

    def action_override(self):
        """Ask for the value that shall hold at this place."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": "mfg.setting.override",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_setting_id": self.id},
        }

    def action_drop(self):
        """Let the value of the next wider place hold here again."""
        for row in self.filtered("is_own"):
            row._check_may_set()
            row._change(row.key, row._place(), None)

    def _override(self, value, why=None):
        """Have ``value`` hold at the place of this row, as the acting user.

        :return: the change that waits for a second person, if one does

        :raise AccessError: the user may not set anything here
        :raise ValidationError: the setting takes no such value
        """
        self.ensure_one()
        self._check_may_set()
        return self._change(self.key, self._place(), value, why)

    def _check_may_set(self):
        """Refuse who is no administrator, or is one of other plants only."""
        user = self.env.user
        user._mfg_check_role(
            "administrator",
            _("Only an Integration Administrator may change a setting."),
        )
        if user.mfg_plant_ids and self.plant_id not in user.mfg_plant_ids:
            raise AccessError(
                _(
                    "You may change settings of %(plants)s only. Ask an administrator"
                    " of all plants.",
                    plants=", ".join(user.mfg_plant_ids.mapped("name")),
                )
            )

    # -------------------------------------------------------------------- by code

    @api.model
    def _set(self, key, place, value, why=None):
        """Keep a value for a place and audit it; None drops the one it had.

        :param place: a company, plant or line; an empty recordset for all companies
        """
        level = level_of(place)
        self._check_value(key, level, value)
        # sudo: nobody has the right to write values; only code does, and audits it.
        values = self.env["mfg.setting.value"].sudo()
        row = values.search(
            [("key", "=", key), ("level", "=", level)]
            + ([(f"{level}_id", "=", place.id)] if place else [])
        )
        before = json.loads(row.content) if row else None
        if value == before and type(value) is type(before):
            return
        if not row:
            row = values.create(self._prepare_value(key, level, place, value))
        elif value is not None:
            row.content = json.dumps(value)
        self.env["mfg.audit.entry"]._append(
            place or row,
            "setting.changed" if value is not None else "setting.dropped",
            old=None if before is None else f"{key} = {json.dumps(before)}",
            new=None if value is None else f"{key} = {json.dumps(value)}",
            why=why,
        )
        if value is None:
            row.unlink()
        self.env["mfg.setting"].invalidate_model(flush=False)

    @api.model
    def _check_value(self, key, level, value):
        """:raise ValidationError: the setting takes no such value at this level"""
        setting = self._registry()[key]
        if LEVELS.index(level) > LEVELS.index(setting.depth):
            raise ValidationError(
                _(
                    "%(setting)s can't be set for a %(level)s.",
                    setting=setting.label,
                    level=dict(LEVEL_NAMES)[level].lower(),
                )
            )
        if value is not None and not setting.is_valid(value):
            raise ValidationError(
                _(
                    "%(value)s is no value of %(setting)s. %(help)s",
                    value=value,
                    setting=setting.label,
                    help=setting.help,
                )
            )

    @api.model
    def _prepare_value(self, key, level, place, value):
        """Values of the row that keeps a value."""
        scope = self.env["mfg.plant"]._scope_of(place).get(place.id)
        return {
            "key": key,
            "level": level,
            "company_id": scope.company.id if scope else False,
            "plant_id": scope.plant.id if scope else False,
            "line_id": scope.line.id if scope else False,
            "content": json.dumps(value),
        }

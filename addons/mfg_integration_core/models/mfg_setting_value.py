import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import ormcache

LEVELS = [
    ("global", "All Companies"),
    ("company", "Company"),
    ("plant", "Plant"),
    ("line", "Line"),
]
#: Models of the places, by level; all companies together are no record.
MODELS = {"company": "res.company", "plant": "mfg.plant", "line": "mfg.line"}


class MfgSettingValue(models.Model):
    """A value that somebody gave a setting at one place.

    Written by ``mfg.setting`` only, which checks and audits it.
    """

    _name = "mfg.setting.value"
    _description = "Value of a Setting"
    _inherit = ["mfg.cached.mixin"]
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    level = fields.Selection(LEVELS, required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    plant_id = fields.Many2one("mfg.plant", readonly=True, ondelete="cascade")
    line_id = fields.Many2one("mfg.line", readonly=True, ondelete="cascade")
    content = fields.Char(required=True, readonly=True, help="The value as JSON.")

    def init(self):
        """One value per setting and place; places of other levels are null."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_setting_value_place_unique
                ON mfg_setting_value (key, level, COALESCE(company_id, 0),
                                      COALESCE(plant_id, 0), COALESCE(line_id, 0))
            """
        )

    @api.depends("key")
    def _compute_display_name(self):
        registry = self.env["mfg.setting"]._registry()
        for row in self:
            setting = registry.get(row.key)
            row.display_name = setting.label if setting else row.key

    @api.model
    @ormcache()
    def _own(self):
        """``{key: {(level, id of the place): value}}`` of all that was set."""
        own = defaultdict(dict)
        for row in self.sudo().search([]):
            place = place_of(row)
            own[row.key][row.level, place.id or 0] = json.loads(row.content)
        return dict(own)


def place_of(row):
    """The company, plant or line of a row with a level; no company for all of them."""
    row.ensure_one()
    if row.level == "global":
        return row.env["res.company"]
    return row[f"{row.level}_id"]


def level_of(place) -> str:
    """The level of a company, plant or line; that of all companies for no record."""
    if not place:
        return "global"
    return next(level for level, model in MODELS.items() if model == place._name)

import json

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..protocols.inheritance import DEFAULT, LEVELS, Resolved, nearest
from .mfg_setting_value import LEVELS as LEVEL_NAMES
from .mfg_setting_value import MODELS, place_of

#: Ids of rows are made of the place, its level and the number of the setting.
MOST_SETTINGS = 1000


class MfgSetting(models.Model):
    """Every setting at every place: what holds there and where it comes from.

    Settings are inherited from all companies to the company, the plant and the line;
    the nearest value wins. Code asks :meth:`_get`, people see one row per setting and
    place and override it or drop what they had set.
    """

    _name = "mfg.setting"
    _description = "Setting"
    _auto = False
    _log_access = False
    _order = "label, company_id, plant_id, line_id"
    _rec_name = "label"
    _depends = {
        "mfg.setting.value": [
            "key",
            "level",
            "company_id",
            "plant_id",
            "line_id",
            "content",
        ],
        "mfg.plant": ["active", "company_id"],
        "mfg.line": ["active", "company_id", "plant_id"],
        "res.company": ["name"],
    }

    key = fields.Char(readonly=True)
    label = fields.Char("Setting", readonly=True)
    level = fields.Selection(LEVEL_NAMES, "Set for", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.plant", readonly=True)
    line_id = fields.Many2one("mfg.line", readonly=True)
    content = fields.Char(readonly=True, help="The value that holds, as JSON.")
    source_level = fields.Selection(
        [*LEVEL_NAMES, (DEFAULT, "Default")], "Comes from", readonly=True
    )
    is_own = fields.Boolean("Set here", readonly=True)
    value_told = fields.Char("Value", compute="_compute_told")
    source_told = fields.Char("Source", compute="_compute_told")
    help_text = fields.Char("What It Does", compute="_compute_told")

    @property
    def _table_query(self):
        """Each setting at each place it may be set for, with its nearest value."""
        settings = [
            SQL(
                "(%s, %s, %s, %s, %s)",
                number,
                key,
                setting.label,
                LEVELS.index(setting.depth),
                json.dumps(setting.default),
            )
            for number, (key, setting) in enumerate(sorted(self._registry().items()), 1)
        ]
        return SQL(
            """(
            SELECT (place.id::bigint * 4 + place.depth) * %s + setting.number AS id,
                   setting.key, setting.label,
                   (ARRAY['global', 'company', 'plant', 'line'])[place.depth + 1]
                       AS level,
                   place.company_id, place.plant_id, place.line_id,
                   COALESCE(line.content, plant.content, company.content,
                            everywhere.content, setting.content) AS content,
                   CASE WHEN line.id IS NOT NULL THEN 'line'
                        WHEN plant.id IS NOT NULL THEN 'plant'
                        WHEN company.id IS NOT NULL THEN 'company'
                        WHEN everywhere.id IS NOT NULL THEN 'global'
                        ELSE 'default' END AS source_level,
                   CASE place.depth WHEN 3 THEN line.id WHEN 2 THEN plant.id
                        WHEN 1 THEN company.id ELSE everywhere.id END IS NOT NULL
                       AS is_own
              FROM (VALUES %s) AS setting (number, key, label, depth, content)
              JOIN (SELECT 0 AS id, 0 AS depth, NULL::int AS company_id,
                           NULL::int AS plant_id, NULL::int AS line_id
                    UNION ALL
                    SELECT id, 1, id, NULL, NULL FROM res_company WHERE active
                    UNION ALL
                    SELECT id, 2, company_id, id, NULL FROM mfg_plant WHERE active
                    UNION ALL
                    SELECT id, 3, company_id, plant_id, id FROM mfg_line WHERE active
                   ) AS place ON place.depth <= setting.depth
              LEFT JOIN mfg_setting_value everywhere
                     ON everywhere.key = setting.key AND everywhere.level = 'global'
              LEFT JOIN mfg_setting_value company
                     ON company.key = setting.key AND company.level = 'company'
                    AND company.company_id = place.company_id
              LEFT JOIN mfg_setting_value plant
                     ON plant.key = setting.key AND plant.level = 'plant'
                    AND plant.plant_id = place.plant_id
              LEFT JOIN mfg_setting_value line
                     ON line.key = setting.key AND line.level = 'line'
                    AND line.line_id = place.line_id)
            """,
            MOST_SETTINGS,
            SQL(", ").join(settings),
        )

    # ---------------------------------------------------------------- computes

    def _compute_told(self):
        """What people read: value, where it comes from, and what it is for."""
        registry = self._registry()
        for row in self:
            row.help_text = registry[row.key].help
            row.value_told = self._told(row.key, json.loads(row.content))
            row.source_told = row._source_told()

    @api.model
    def _told(self, key, value):
        """A value of a setting as people read it."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return dict(self._registry()[key].choices).get(value, str(value))

    def _source_told(self):
        """The place that the value comes from, by its name."""
        place = 0
        if self.source_level in MODELS:
            place = self[f"{self.source_level}_id"].id
        return self._place_told(Resolved(None, self.source_level, place))

    @api.model
    def _place_told(self, resolved):
        """The place that a value was found at, by its name."""
        if resolved.level == DEFAULT:
            return _("Default")
        if resolved.level == "global":
            return _("All companies")
        # sudo: the name of a place is no secret to who lives by its settings.
        places = self.env[MODELS[resolved.level]].sudo()
        return places.browse(resolved.place).display_name

    # ----------------------------------------------------------------- reading

    @api.model
    def _get(self, key, record=None):
        """The value that holds for a record; for nobody in particular without one.

        :param record: a document, connector, plant, line or company
        """
        return self._resolve(key, record).value

    @api.model
    def _resolve(self, key, record=None) -> Resolved:
        """As :meth:`_get`, with the level and the place that the value comes from."""
        default = self._registry()[key].default
        own = self.env["mfg.setting.value"]._own().get(key)
        if not own:
            return nearest({}, {}, default)
        scope = None
        if record:
            scope = self.env["mfg.plant"]._scope_of(record)[record.id]
        places = {level: getattr(scope, level).id for level in LEVELS[1:] if scope}
        return nearest(own, places, default)

    def _place(self):
        """The company, plant or line of the row; no company for all of them."""
        return place_of(self)

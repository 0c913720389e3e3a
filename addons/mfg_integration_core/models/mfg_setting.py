import json
from typing import NamedTuple

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..protocols.inheritance import DEFAULT, LEVELS, Resolved, nearest
from .mfg_setting_value import LEVELS as LEVEL_NAMES

MODELS = {"company": "res.company", "plant": "mfg.plant", "line": "mfg.line"}
TYPES = {"boolean": bool, "integer": int, "char": str}
#: Ids of rows are made of the place, its level and the number of the setting.
MOST_SETTINGS = 1000


class Setting(NamedTuple):
    """One setting: what it is and down to which level it may be set."""

    kind: str
    default: object
    label: str
    help: str
    depth: str = "line"
    least: int | None = None
    #: Whether a change of it needs a second person where the plant wants one.
    is_policy: bool = True

    def is_valid(self, value) -> bool:
        """Whether the value is of the right kind and not too small."""
        if type(value) is not TYPES[self.kind]:
            return False
        return self.least is None or value >= self.least


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
            row.value_told = self._told(json.loads(row.content))
            row.source_told = row._source_told()

    @api.model
    def _told(self, value):
        """A value as people read it."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return str(value)

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

    # ---------------------------------------------------------------- registry

    @api.model
    def _registry(self):
        """``{key: Setting}`` of all that can be set; addons add theirs."""
        return {
            "change.second_person": Setting(
                "boolean",
                False,
                _("Changes need a second person"),
                _(
                    "A change of a rule, a policy or a setting that holds waits until"
                    " another Integration Approver agrees."
                ),
                depth="plant",
            ),
            "connector.clock_limit_s": Setting(
                "integer",
                60,
                _("Clocks may be off by (s)"),
                _(
                    "A partner whose clock is off by more is flagged, and the time at"
                    " which its event came counts."
                ),
                depth="plant",
                least=1,
            ),
            "connector.max_body_bytes": Setting(
                "integer",
                1048576,
                _("Largest body (bytes)"),
                _("Longer requests of a partner are refused."),
                depth="plant",
                least=1,
                is_policy=False,
            ),
            "connector.tolerance_s": Setting(
                "integer",
                300,
                _("Signature tolerance (s)"),
                _("Clock skew that the signature of a partner may have."),
                depth="plant",
                least=1,
            ),
            "hold.restart_work_orders": Setting(
                "boolean",
                True,
                _("Work orders start again by themselves"),
                _(
                    "What a hold paused goes on when its last hold is lifted. No: a"
                    " person at the machine starts it."
                ),
            ),
            "retention.bodies_days": Setting(
                "integer",
                30,
                _("Bodies are kept (days)"),
                _("What was exchanged, word by word; 0 keeps it for ever."),
                depth="plant",
                least=0,
            ),
            "retention.rows_days": Setting(
                "integer",
                365,
                _("Rows are kept (days)"),
                _("That something was exchanged, and how; 0 keeps it for ever."),
                depth="plant",
                least=0,
            ),
        }

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

    # ----------------------------------------------------------------- writing

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

    def _place(self):
        """The company, plant or line of the row; no company for all of them."""
        if self.level == "global":
            return self.env["res.company"]
        return self[f"{self.level}_id"]

    def _check_may_set(self):
        """Refuse who is no administrator, or is one of other plants only."""
        user = self.env.user
        if not user.has_group("mfg_integration_core.group_administrator"):
            raise AccessError(
                _("Only an Integration Administrator may change a setting.")
            )
        if user.mfg_plant_ids and self.plant_id not in user.mfg_plant_ids:
            raise AccessError(
                _(
                    "You may change settings of %(plants)s only. Ask an administrator"
                    " of all plants.",
                    plants=", ".join(user.mfg_plant_ids.mapped("name")),
                )
            )

    @api.model
    def _set(self, key, place, value, why=None):
        """Keep a value for a place and audit it; None drops the one it had.

        :param place: a company, plant or line; an empty recordset for all companies
        """
        level = _level_of(place)
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


def _level_of(place) -> str:
    if not place:
        return "global"
    return next(level for level, model in MODELS.items() if model == place._name)

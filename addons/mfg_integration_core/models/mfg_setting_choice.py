from odoo import fields, models
from odoo.tools import SQL


class MfgSettingChoice(models.Model):
    """What a setting may be, where only some texts make sense."""

    _name = "mfg.setting.choice"
    _description = "Choice of a Setting"
    _auto = False
    _log_access = False
    _order = "id"
    _rec_name = "label"

    key = fields.Char(readonly=True)
    content = fields.Char(readonly=True, help="The value itself.")
    label = fields.Char(readonly=True)

    @property
    def _table_query(self):
        """The choices of all settings, in the order in which they are declared."""
        rows = [
            SQL("(%s, %s, %s)", key, content, label)
            for key, setting in sorted(self.env["mfg.setting"]._registry().items())
            for content, label in setting.choices
        ]
        # A list of values has one row at least.
        rows = rows or [SQL("(NULL::varchar, NULL::varchar, NULL::varchar)")]
        return SQL(
            """(
            SELECT row_number() OVER () AS id, key, content, label
              FROM (VALUES %s) AS choice (key, content, label)
             WHERE key IS NOT NULL)
            """,
            SQL(", ").join(rows),
        )

from odoo import fields, models
from odoo.tools import SQL

#: Kept by Odoo or by the suite, and so owned by nobody else.
KEPT_BY_ODOO = (
    "id",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
    "message_main_attachment_id",
)


class MfgOwnableField(models.Model):
    """A field that people fill in and that some system may own.

    Seen through a view of Odoo's own list, which only its administrators may read.
    """

    _name = "mfg.ownable.field"
    _description = "Field with an Owner"
    _auto = False
    _order = "label"
    _rec_name = "label"
    _rec_names_search = ["label", "name"]

    name = fields.Char("Technical Name", readonly=True)
    label = fields.Char("Field", readonly=True, translate=True)
    model = fields.Char(readonly=True)

    @property
    def _table_query(self):
        """Stored fields of the models that may be owned, bookkeeping left out."""
        models_ = self.env["mfg.ownership"]._fields["model"].get_values(self.env)
        return SQL(
            """(
            SELECT id, name, model, field_description AS label
              FROM ir_model_fields
             WHERE model IN %s AND store AND NOT readonly
               AND ttype NOT IN ('one2many', 'reference', 'many2one_reference')
               AND name NOT IN %s AND name !~ '^(mfg|message|activity)_')
            """,
            tuple(models_),
            KEPT_BY_ODOO,
        )

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column, table_exists


class MfgPlacedMixin(models.AbstractModel):
    """A document that belongs to a plant, found by where it is worked on.

    A model says by which fields; the first that leads to a plant decides. Whoever asks
    for plant, line and company together calls ``mfg.plant._scope_of``.
    """

    _name = "mfg.placed.mixin"
    _description = "Belongs to a Plant"

    #: Paths to a plant, the nearest first.
    _mfg_plant_paths = ()
    #: Path to the lines where the document is worked on; None where there are none.
    _mfg_line_path = None

    mfg_plant_id = fields.Many2one(
        "mfg.plant",
        "Plant",
        compute="_compute_mfg_plant_id",
        store=True,
        index="btree_not_null",
        help="Plant that it belongs to: by its work center's line, else its warehouse.",
    )

    def _auto_init(self):
        """Add the column to tables that were there before the suite.

        The ORM would compute it for every row, and there is no plant yet.
        """
        cr = self.env.cr
        if self._auto and table_exists(cr, self._table):
            if not column_exists(cr, self._table, "mfg_plant_id"):
                create_column(cr, self._table, "mfg_plant_id", "int4")
        return super()._auto_init()

    @api.depends(lambda self: self._mfg_plant_paths)
    def _compute_mfg_plant_id(self):
        for record in self:
            plants = (record.mapped(path) for path in self._mfg_plant_paths)
            record.mfg_plant_id = next((plant for plant in plants if plant), False)

    def _mfg_line(self):
        """The line where the document is worked on; empty when there are several."""
        self.ensure_one()
        if not self._mfg_line_path:
            return self.env["mfg.line"]
        # sudo: where it stands is no secret to who works with it.
        lines = self.sudo().mapped(self._mfg_line_path)
        return lines if len(lines) == 1 else self.env["mfg.line"]

import base64
from contextlib import closing

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.mfg_value_map_table import ADDED, CHANGED, SAME, WRONG
from ..protocols import value_map_csv


class MfgValueMapImport(models.TransientModel):
    """Takes entries from a table, after it has shown what will come of each line."""

    _name = "mfg.value.map.import"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Import Value Maps"

    connector_id = fields.Many2one("mfg.connector", required=True)
    table = fields.Binary("Table (CSV)", required=True, attachment=False)
    table_name = fields.Char()
    as_draft = fields.Boolean(
        compute="_compute_as_draft",
        store=True,
        readonly=False,
        help="Only propose it: another Integration Approver publishes it, which a live"
        " connector may ask for.",
    )
    line_ids = fields.One2many("mfg.value.map.import.line", "import_id")
    was_tried = fields.Boolean(readonly=True)
    added_count = fields.Integer("New", compute="_compute_counts")
    changed_count = fields.Integer("Changed", compute="_compute_counts")
    same_count = fields.Integer("As before", compute="_compute_counts")
    wrong_count = fields.Integer("Wrong", compute="_compute_counts")

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for wizard in self:
            outcomes = wizard.line_ids.mapped("outcome")
            wizard.added_count = outcomes.count(ADDED)
            wizard.changed_count = outcomes.count(CHANGED)
            wizard.same_count = outcomes.count(SAME)
            wizard.wrong_count = outcomes.count(WRONG)

    @api.depends("connector_id")
    def _compute_as_draft(self):
        for wizard in self:
            wizard.as_draft = wizard.connector_id._maps_need_second_person()

    @api.onchange("table", "as_draft", "connector_id")
    def _onchange_table(self):
        """Another table was not tried yet."""
        self.was_tried = False
        self.line_ids = [(5, 0, 0)]

    def action_try(self):
        """Show what would come of each line; nothing is changed."""
        self.ensure_one()
        # Closed and not left, which undoes all within.
        with closing(self.env.cr.savepoint()):
            results, _draft = self._take_all()
        # The entries are gone again; so must be what was kept of them in memory.
        self.env.invalidate_all(flush=False)
        self.env["mfg.value.map"]._forget_cached()
        self.write(
            {
                "was_tried": True,
                "line_ids": [
                    (5, 0, 0),
                    *[
                        (
                            0,
                            0,
                            {
                                "number": line.number,
                                "code": f"{line.map}: {line.their_code}",
                                "outcome": outcome,
                                "told": told,
                            },
                        )
                        for line, outcome, told in results
                    ],
                ],
            }
        )
        return self._reopened(_("Import Value Maps"))

    def action_import(self):
        """Take all lines; none, when one of them is wrong."""
        self.ensure_one()
        results, draft = self._take_all()
        wrong = [line.number for line, outcome, _told in results if outcome == WRONG]
        if wrong:
            raise UserError(
                _(
                    "Nothing was imported: these lines are wrong: %(lines)s. Press Try"
                    " to see what to do about each.",
                    lines=", ".join(map(str, wrong[:20])),
                )
            )
        if draft and draft.entry_ids:
            return draft.get_formview_action()
        return {"type": "ir.actions.act_window_close"}

    def _take_all(self):
        """``[(line, outcome, told)]`` and the draft, after all lines were taken."""
        try:
            lines = value_map_csv.read(base64.b64decode(self.table))
        except value_map_csv.TableError as error:
            raise UserError(str(error)) from error
        maps = self.env["mfg.value.map"]
        draft = None
        if self.as_draft:
            versions = self.env["mfg.map.version"]
            draft = versions.create({"connector_id": self.connector_id.id})
        results = [
            (line, *maps._take_line(self.connector_id, line, draft)) for line in lines
        ]
        return results, draft


class MfgValueMapImportLine(models.TransientModel):
    """What comes of one line of the table."""

    _name = "mfg.value.map.import.line"
    _description = "Line of an Import of Value Maps"
    _order = "number, id"

    import_id = fields.Many2one(
        "mfg.value.map.import", required=True, ondelete="cascade"
    )
    number = fields.Integer("Line", group_operator=None)
    code = fields.Char("Their code")
    outcome = fields.Selection(
        [(ADDED, "New"), (CHANGED, "Changed"), (SAME, "As before"), (WRONG, "Wrong")]
    )
    told = fields.Char("What comes of it")


class MfgValueMapExport(models.TransientModel):
    """A table that is being downloaded."""

    _name = "mfg.value.map.export"
    _description = "Export of Value Maps"
    _rec_name = "table_name"

    table = fields.Binary(readonly=True, attachment=False)
    table_name = fields.Char(readonly=True)

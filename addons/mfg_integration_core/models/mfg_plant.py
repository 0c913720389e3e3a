import re
from typing import NamedTuple

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
#: Where a record says its plant, in the order in which it is asked.
PLANT_PATHS = ("mfg_plant_id", "plant_id", "connector_id.plant_id")


class Scope(NamedTuple):
    """Where a record belongs, from wide to narrow; each a record or none of them."""

    company: models.BaseModel
    plant: models.BaseModel
    line: models.BaseModel


class MfgPlant(models.Model):
    """A site of the company: its warehouses, its lines and its clock (ISA-95 site)."""

    _name = "mfg.plant"
    _inherit = ["mfg.exchanged.mixin"]
    _description = "Plant"
    _order = "company_id, code"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True
    _exchanged_as = "plant_id"

    name = fields.Char(required=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="What partners and files call the plant; unique within its company.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        required=True,
        compute="_compute_tz",
        store=True,
        readonly=False,
        precompute=True,
        help="The plant's clock: shifts begin by it. The company's by default.",
    )
    environment = fields.Selection(
        [("production", "Production"), ("test", "Test"), ("training", "Training")],
        required=True,
        default="production",
        help="Whether the plant is real. What it exchanges is not changed by this.",
    )
    warehouse_ids = fields.One2many(
        "stock.warehouse",
        "mfg_plant_id",
        "Warehouses",
        check_company=True,
        help="Orders and transfers of these warehouses belong to the plant.",
    )
    line_ids = fields.One2many("mfg.line", "plant_id", "Lines")
    line_count = fields.Integer(compute="_compute_line_count")

    _sql_constraints = [
        (
            "code_unique",
            "unique (company_id, code)",
            "Another plant of this company has this code.",
        ),
    ]

    @api.constrains("code")
    def _check_code(self):
        for plant in self:
            if not CODE.fullmatch(plant.code):
                raise ValidationError(
                    _(
                        "%(code)s is no code of a plant: use letters, digits, '-', '_'"
                        " and '.' only, such as BER-1.",
                        code=plant.code,
                    )
                )

    @api.depends("company_id")
    def _compute_tz(self):
        for plant in self:
            plant.tz = plant.tz or plant.company_id.partner_id.tz or "UTC"

    @api.depends("line_ids")
    def _compute_line_count(self):
        for plant in self:
            plant.line_count = len(plant.line_ids)

    # ----------------------------------------------------------------- actions

    def action_view_lines(self):
        """The lines of the plant."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Lines of %(name)s", name=self.name),
            "res_model": "mfg.line",
            "view_mode": "list,form",
            "domain": [("plant_id", "=", self.id)],
            "context": {"default_plant_id": self.id},
        }

    def action_view_settings(self):
        """What holds for the plant and its lines, and where it comes from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Settings of %(name)s", name=self.name),
            "res_model": "mfg.setting",
            "view_mode": "list",
            "domain": [("plant_id", "=", self.id)],
        }

    # ---------------------------------------------------------------- business

    @api.model
    def _scope_of(self, records) -> dict:
        """``{id: Scope}``: the company, plant and line that each record belongs to.

        The one place that knows: documents with ``mfg.placed.mixin``, what goes over a
        connector, plants, lines, and whatever has a company. Read with all rights.
        """
        lines = self._lines_of(records)
        plants = self._plants_of(records)
        companies = self._companies_of(records)
        scopes = {}
        for record in records:
            line = lines[record.id]
            plant = line.plant_id or plants[record.id]
            company = plant.company_id or companies[record.id]
            scopes[record.id] = Scope(company, plant, line)
        return scopes

    @api.model
    def _lines_of(self, records) -> dict:
        """``{id: line}``, empty lines included."""
        none = self.env["mfg.line"].sudo()
        if records._name == "mfg.line":
            return {line.id: line.sudo() for line in records}
        if not hasattr(records, "_mfg_line"):
            return dict.fromkeys(records.ids, none)
        return {record.id: record._mfg_line() for record in records.sudo()}

    @api.model
    def _plants_of(self, records) -> dict:
        """``{id: plant}``, empty plants included; the line is not looked at."""
        records = records.sudo()
        if records._name == "mfg.plant":
            return {plant.id: plant for plant in records}
        paths = [path for path in PLANT_PATHS if self._leads(records, path)]
        return {record.id: self._first(record, paths) for record in records}

    @api.model
    def _plant_of(self, record):
        """The plant of one record, else of the work at hand; empty for none.

        Work at hand is what is done for the connector of a plant.
        """
        plant = self._plants_of(record).get(record.id)
        return plant or self.sudo().browse(self.env.context.get("mfg_plant_id") or [])

    @api.model
    def _companies_of(self, records) -> dict:
        """``{id: company}``: the record's own, else its plant's, else none."""
        records = records.sudo()
        if records._name == "res.company":
            return {company.id: company for company in records}
        plants = self._plants_of(records)
        has_company = "company_id" in records._fields
        return {
            record.id: (has_company and record.company_id)
            or plants[record.id].company_id
            for record in records
        }

    @api.model
    def _first(self, record, paths):
        """The plant that the first of the paths leads to."""
        for path in paths:
            if plant := record.mapped(path):
                return plant[:1]
        return self.sudo().browse()

    @api.model
    def _leads(self, records, path) -> bool:
        """Whether the records have the path and a plant is at its end."""
        model = records
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None or not field.relational:
                return False
            model = self.env[field.comodel_name]
        return model._name == "mfg.plant"

from odoo import _, api, fields, models

from ..documents import document_at


class MfgBinding(models.Model):
    """What a partner calls one of our records."""

    _name = "mfg.binding"
    _description = "Binding"
    _rec_name = "external_id"
    _order = "connector_id, res_model, external_id"

    connector_id = fields.Many2one(
        "mfg.connector", required=True, ondelete="cascade", index=True
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", required=True
    )
    external_id = fields.Char(required=True)
    record = fields.Reference(
        "_selection_record",
        compute="_compute_record",
        readonly=False,
        help="What the partner means by its reference. Stored as model and id.",
    )
    # sudo: the name of a document is no secret to who may see the reference.
    record_name = fields.Char(compute="_compute_record_name", compute_sudo=True)
    kind = fields.Char(compute="_compute_record_name", compute_sudo=True)
    merged_into_id = fields.Many2one(
        "mfg.binding",
        "Merged into",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The partner has made two things one: this reference still leads to our"
        " record, and we call it by the other one.",
    )
    merged_at = fields.Datetime("Merged", readonly=True, copy=False)
    merged_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    former_res_id = fields.Many2oneReference(
        "Former record ID", model_field="res_model", readonly=True, copy=False
    )
    # sudo: as the name of the record.
    former_name = fields.Char(
        "Meant before",
        compute="_compute_former_name",
        compute_sudo=True,
        help="Our record that the reference led to before.",
    )

    _sql_constraints = [
        (
            "external_id_unique",
            "unique (connector_id, res_model, external_id)",
            "The partner already uses this id for another record.",
        ),
    ]

    def init(self):
        self.env.cr.execute(
            "CREATE INDEX IF NOT EXISTS mfg_binding_record_index"
            " ON mfg_binding (res_model, res_id)"
        )

    @api.model
    def _selection_record(self):
        """Models whose records a person may bind; addons add theirs."""
        return [
            (model, self.env["ir.model"]._get(model).name)
            for model in self._bindable_models()
        ]

    @api.model
    def _bindable_models(self):
        """Names of the models whose records a person may bind."""
        return [
            "maintenance.equipment",
            "maintenance.request",
            "mrp.production",
            "mrp.workcenter",
            "product.product",
            "stock.lot",
        ]

    @api.depends("res_model", "res_id")
    def _compute_record(self):
        bindable = self._bindable_models()
        for binding in self:
            is_known = binding.res_model in bindable and binding.res_id
            binding.record = is_known and f"{binding.res_model},{binding.res_id}"

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for binding in self:
            record = document_at(self.env, binding.res_model, binding.res_id)
            binding.record_name = record.display_name if record else ""
            binding.kind = self.env["ir.model"]._get(binding.res_model).name

    @api.depends("res_model", "former_res_id")
    def _compute_former_name(self):
        for binding in self:
            record = document_at(self.env, binding.res_model, binding.former_res_id)
            binding.former_name = record.display_name if record else ""

    @api.depends("external_id", "merged_into_id")
    def _compute_display_name(self):
        for binding in self:
            binding.display_name = binding._told_reference()

    def _told_reference(self):
        """The reference as people read it."""
        if not self.merged_into_id:
            return self.external_id or ""
        return _(
            "%(reference)s (merged into %(other)s)",
            reference=self.external_id,
            other=self.merged_into_id.external_id,
        )

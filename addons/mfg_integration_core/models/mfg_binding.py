from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..documents import document_at
from ..exceptions import MissingReferenceError


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

    @api.model
    def _record(self, connector, model, external_id, plant=None, within=()):
        """The record that ``connector`` calls ``external_id``.

        What a value map says goes first, that of the plant before all; then a binding;
        then, where the partner uses our codes, the one record that has the code.

        :param within: more terms for our own codes, such as the product of a lot
        :raise MissingReferenceError: when there is none, so that the event waits
        """
        maps = self.env["mfg.value.map"]
        name = maps._map_of_model(model)
        record = name and maps._ours(connector, name, external_id, plant)
        if record:
            return record
        binding = self.search(
            [
                ("connector_id", "=", connector.id),
                ("res_model", "=", model),
                ("external_id", "=", external_id),
            ]
        )
        record = self.env[model].browse(binding.res_id).exists()
        if not record and connector.own_codes:
            record = self.env["mfg.own.code"]._find(
                model, external_id, connector.company_id, within
            )
        if len(record) == 1:
            return record
        raise MissingReferenceError(
            self._missing_text(connector, model, external_id, is_double=bool(record)),
            model=model,
            key=external_id,
        )

    @api.model
    def _missing_text(self, connector, model, external_id, is_double):
        """Why a reference leads nowhere, and what makes the event go on by itself."""
        values = {
            "connector": connector.display_name,
            "external_id": external_id,
            "model": self.env["ir.model"]._get(model).name,
        }
        if is_double:
            return _(
                "%(connector)s speaks of %(external_id)s, which is the code of several"
                " records here (%(model)s). Say which one it means (Map it, or"
                " Configuration, Bindings); the event then goes on by itself.",
                **values,
            )
        if self.env["mfg.own.code"]._code_fields(model) and connector.own_codes:
            return _(
                "%(connector)s speaks of %(external_id)s, which is not known here as"
                " %(model)s. Create it with this code, or say which one it means (Map"
                " it, or Configuration, Bindings); the event then goes on by itself.",
                **values,
            )
        return _(
            "%(connector)s speaks of %(external_id)s, which is not known here"
            " as %(model)s. Create the binding (Configuration, Bindings);"
            " the event then goes on by itself.",
            **values,
        )

    @api.model
    def _external_id(self, connector, record):
        """What ``connector`` calls ``record``, or an empty string.

        Of several references that was not merged into another one.
        """
        binding = self.search(
            [
                ("connector_id", "=", connector.id),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("merged_into_id", "=", False),
            ],
            limit=1,
        )
        return binding.external_id or ""

    @api.model
    def _references_of(self, messages):
        """What the partners of messages call the documents that these are about.

        :return: ``{(connector id, model, record id): external id}`` of those known,
            read in one query
        """
        bindings = self.search_fetch(
            [
                ("connector_id", "in", messages.connector_id.ids),
                ("res_model", "in", list(set(messages.mapped("res_model")))),
                ("res_id", "in", list(set(messages.mapped("res_id")))),
                ("merged_into_id", "=", False),
            ],
            ["connector_id", "res_model", "res_id", "external_id"],
        )
        # Of several the first, as for a single record.
        return {
            (each.connector_id.id, each.res_model, each.res_id): each.external_id
            for each in reversed(bindings)
        }

    @api.model
    def _external_ids(self, records):
        """What partners call the records: ``{record id: "WO-1001, 4711"}``."""
        bindings = self.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)],
            order="id",
        )
        found = {}
        for binding in bindings:
            found.setdefault(binding.res_id, []).append(binding._told_reference())
        return {record_id: ", ".join(ids) for record_id, ids in found.items()}

    @api.model
    def _action_of(self, records):
        """The list of what partners call the records."""
        action = "mfg_integration_core.mfg_binding_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
            ],
            "context": {"default_record": f"{records._name},{records[:1].id}"},
        }

    @api.model
    def _bind(self, connector, record, external_id):
        """Remember that ``connector`` calls ``record`` by ``external_id``.

        :return: the binding
        """
        self.flush_model()
        self._bind_all(
            self.env.cr, [(connector.id, record._name, record.id, external_id)]
        )
        self.invalidate_model()
        connector._wake()
        return self.search(
            [
                ("connector_id", "=", connector.id),
                ("res_model", "=", record._name),
                ("external_id", "=", external_id),
            ]
        )

    @api.model
    def _bind_all(self, cr, rows):
        """Remember what partners call our records; events that waited for it go on.

        :param rows: ``(connector id, model, record id, external id)``; a later one with
            the same external id is the right one
        """
        rows = list({(row[0], row[1], row[3]): row for row in rows}.values())
        if not rows:
            return
        execute_values(
            # Odoo's cursor delegates to psycopg2's, which execute_values needs.
            cr._obj,
            """
            INSERT INTO mfg_binding
                   (connector_id, res_model, res_id, external_id, create_date)
            VALUES %s
            ON CONFLICT (connector_id, res_model, external_id)
            DO UPDATE SET res_id = excluded.res_id, merged_into_id = NULL,
                          former_res_id = CASE
                              WHEN mfg_binding.res_id = excluded.res_id
                                   THEN mfg_binding.former_res_id
                              ELSE mfg_binding.res_id END
            """,
            rows,
            template="(%s, %s, %s, %s, now() AT TIME ZONE 'UTC')",
            page_size=len(rows),
        )
        self.env["mfg.inbox.event"]._resume_waiting(
            cr, [(row[0], row[1], row[3]) for row in rows]
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Bindings, after which the events that waited for them go on."""
        bindings = super().create([_with_model_and_id(vals) for vals in vals_list])
        for binding in bindings:
            binding._audit("binding.added", new=binding._told())
        bindings._resume_waiting_events()
        return bindings

    def write(self, vals):
        """Extended: what it meant before is kept, and what waited for it goes on."""
        vals = _with_model_and_id(vals)
        if not {"connector_id", "res_model", "res_id", "external_id"} & vals.keys():
            return super().write(vals)
        before = [(binding, binding._told(), binding.res_id) for binding in self]
        result = super().write(vals)
        for binding, told, res_id in before:
            if res_id != binding.res_id:
                binding.former_res_id = res_id
            binding._audit("binding.changed", old=told, new=binding._told())
        self._resume_waiting_events()
        return result

    def unlink(self):
        """Extended: what the partner called the record stays in the audit trail."""
        for binding in self:
            binding._audit("binding.removed", old=binding._told())
        return super().unlink()

    def _told(self):
        """The binding in one line, for the audit trail."""
        return f"{self.connector_id.name}: {self.external_id} = {self.record_name}"

    def _audit(self, action, **values):
        """Tell of the binding where people look for it: at its record."""
        record = document_at(self.env, self.res_model, self.res_id)
        self.env["mfg.audit.entry"]._append(record or self, action, **values)

    # ------------------------------------------------------------------- merging

    def _merge_into(self, kept, why=None):
        """Have these references mean what ``kept`` means, as the partner does now.

        They still lead to our record, so that what is under way arrives; we say only
        the one that is kept.

        :raise UserError: the references are of several partners or kinds
        """
        merged = self - kept
        if (merged | kept).connector_id != kept.connector_id or len(
            set((merged | kept).mapped("res_model"))
        ) > 1:
            raise UserError(
                _("Only references of one connector and one kind of record are merged.")
            )
        now = fields.Datetime.now()
        # Those that were merged into one of these follow it.
        merged |= self.search([("merged_into_id", "in", merged.ids)]) - kept
        for binding in merged:
            old = binding._told()
            binding._audit("binding.merged", old=old, new=kept._told(), why=why)
            super(MfgBinding, binding).write(
                {
                    "former_res_id": binding.res_id
                    if binding.res_id != kept.res_id
                    else binding.former_res_id,
                    "res_id": kept.res_id,
                    "merged_into_id": kept.id,
                    "merged_at": now,
                    "merged_by_id": self.env.uid,
                }
            )
            kept._audit("binding.merged", old=old, new=kept._told(), why=why)
        super(MfgBinding, kept).write({"merged_into_id": False})
        (merged | kept)._resume_waiting_events()

    def _resume_waiting_events(self):
        self.env["mfg.inbox.event"].flush_model()
        self.env["mfg.inbox.event"]._resume_waiting(
            self.env.cr,
            [
                (binding.connector_id.id, binding.res_model, binding.external_id)
                for binding in self
            ],
        )
        self.env["mfg.inbox.event"].invalidate_model(flush=False)
        self.connector_id._wake()


def _with_model_and_id(vals):
    """Values of a binding in which a chosen record stands as model and id."""
    chosen = vals.get("record")
    if not chosen:
        return vals
    model, _comma, record_id = chosen.partition(",")
    others = {name: value for name, value in vals.items() if name != "record"}
    return {**others, "res_model": model, "res_id": int(record_id)}

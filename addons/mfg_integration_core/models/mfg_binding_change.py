from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..documents import document_at


class MfgBindingChange(models.Model):
    """How a reference comes to mean something, or something else.

    People's changes are audited; what waited for a reference goes on.
    """

    _inherit = "mfg.binding"

    # ------------------------------------------------------------------ by people

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

    # ------------------------------------------------------------------ by events

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

    # -------------------------------------------------------------------- merging

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
            super(MfgBindingChange, binding).write(
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
        super(MfgBindingChange, kept).write({"merged_into_id": False})
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

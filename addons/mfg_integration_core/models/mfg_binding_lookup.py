from odoo import _, api, models

from ..exceptions import MissingReferenceError


class MfgBindingLookup(models.Model):
    """What a partner's references lead to, and what it calls our records."""

    _inherit = "mfg.binding"

    # ----------------------------------------------------------------------- ours

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

    # --------------------------------------------------------------------- theirs

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

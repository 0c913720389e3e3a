from odoo import api, models

#: By which fields of ours a partner may name a record, the usual one first.
CODE_FIELDS = {
    "maintenance.equipment": ("serial_no",),
    "mrp.workcenter": ("code",),
    "product.product": ("default_code", "barcode"),
    "stock.location": ("barcode",),
    "stock.lot": ("name",),
    "uom.uom": ("name",),
}


class MfgOwnCode(models.AbstractModel):
    """What our records are called in messages: their own codes."""

    _name = "mfg.own.code"
    _description = "Own Codes"

    @api.model
    def _code_fields(self):
        """Fields that hold codes, by model; addons add theirs."""
        return CODE_FIELDS

    @api.model
    def _codes_of(self, record):
        """The record's codes and its name, in the language of its environment."""
        names = self._code_fields().get(record._name, ())
        codes = [record[name] for name in (*names, "name")]
        return [code for code in dict.fromkeys(codes) if code]

    @api.model
    def _find(self, model, code, company, within=()):
        """The one record that has ``code``; empty for none, and for several.

        :param company: where it must be usable
        :param within: more terms, such as the product of a lot
        """
        fields = self._code_fields().get(model, ())
        if not fields:
            return self.env[model].browse()
        named = ["|"] * (len(fields) - 1) + [(field, "=", code) for field in fields]
        if "company_id" in self.env[model]._fields:
            named += [("company_id", "in", (False, company.id))]
        found = self.env[model].search([*named, *within], limit=2)
        return found if len(found) == 1 else found.browse()

from odoo import api, models

#: By which fields of ours a partner may name a record, the usual one first.
CODE_FIELDS = {
    "maintenance.equipment": ("serial_no",),
    "mrp.production": ("name",),
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
    def _code_fields(self, model):
        """Fields of a model that hold codes; addons add theirs."""
        return CODE_FIELDS.get(model, ())

    @api.model
    def _codes_of(self, record):
        """The record's codes and its name, in the language of its environment."""
        names = (*self._code_fields(record._name), "name")
        codes = [record[name] for name in names]
        return [code for code in dict.fromkeys(codes) if code]

    @api.model
    def _find(self, model, code, company, within=()):
        """Records that have ``code``, two at most: more than one is none.

        :param company: where they must be usable
        :param within: more terms, such as the product of a lot
        """
        fields = self._code_fields(model)
        if not fields:
            return self.env[model].browse()
        terms = ["|"] * (len(fields) - 1) + [(field, "=", code) for field in fields]
        return self._found(model, [*terms, *within], company)

    @api.model
    def _find_by_name(self, model, name, company):
        """As :meth:`_find`, for records that people know by name only."""
        return self._found(model, [("name", "=", name)], company)

    @api.model
    def _found(self, model, terms, company):
        # sudo: which record a code names is no secret to who names it. What is done
        # with the record needs the rights of who does it.
        records = self.env[model].sudo()
        if "company_id" in records._fields:
            terms = [*terms, ("company_id", "in", (False, company.id))]
        return records.search(terms, limit=2).with_env(self.env)

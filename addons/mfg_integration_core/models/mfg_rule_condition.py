from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..protocols import rule_condition


class MfgRuleCondition(models.Model):
    """One row of what must be so for a rule to act; all rows must be met."""

    _name = "mfg.rule.condition"
    _description = "Condition of a Rule"
    _inherit = ["mfg.rule.part.mixin"]
    _order = "rule_id, sequence, id"
    _rec_name = "path"

    rule_id = fields.Many2one("mfg.rule", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    source = fields.Selection(
        [("data", "What happened"), ("document", "The document")],
        "Look At",
        required=True,
        default="data",
        help="Data of the event, the change of state or the hold; or the document that"
        " it is about.",
    )
    path = fields.Char(
        "Field",
        required=True,
        help="Name of the field; a dot leads into what it holds, such as"
        " fault.severity or product_id.default_code.",
    )
    # A list: Odoo keeps the words of no other choices, and offers none then.
    operator = fields.Selection(
        list(rule_condition.OPERATORS), required=True, default="="
    )
    value = fields.Char(help="For “is one of” separated by commas.")

    @api.constrains("source", "path", "rule_id")
    def _check_path(self):
        """Refuse a field that the document does not have, where it is known."""
        for condition in self:
            model = condition.rule_id.trigger_model
            if condition.source != "document" or not model:
                continue
            records = self.env[model]
            for name in condition.path.split("."):
                field = records._fields.get(name)
                if field is None:
                    raise ValidationError(
                        _(
                            "%(document)s has no field %(field)s.",
                            document=records._description,
                            field=name,
                        )
                    )
                if field.relational:
                    records = self.env[field.comodel_name]

    @api.constrains("operator", "value")
    def _check_value(self):
        for condition in self:
            needs_value = condition.operator not in ("set", "not set")
            if needs_value and not condition.value:
                raise ValidationError(
                    _("Say what %(path)s is compared with.", path=condition.path)
                )

    def _told(self):
        """The row as a sentence, such as "fault.severity is critical"."""
        self.ensure_one()
        words = dict(self._fields["operator"]._description_selection(self.env))
        parts = (self.path, words[self.operator], self.value)
        return " ".join(part for part in parts if part)

    def _is_met(self, document, facts):
        """Whether it is so.

        :param facts: what happened, as a dict
        """
        self.ensure_one()
        if self.source == "data":
            found = rule_condition.at_path(facts, self.path)
        else:
            found = _values(document, self.path)
        return rule_condition.meets(found, self.operator, self.value or "")


def _values(records, path):
    """The values at a path of fields; records are told by their names."""
    *way, last = path.split(".")
    for name in way:
        field = records._fields.get(name)
        if field is None or not field.relational:
            return []
        records = records[name]
    field = records._fields.get(last)
    if field is None:
        return []
    if field.relational:
        return [each.display_name for each in records[last]]
    values = [record[last] for record in records]
    if field.type in ("boolean", "integer", "float", "monetary"):
        return values
    return [value for value in values if value not in (False, None, "")]

from odoo import api, models


class MfgRulePartMixin(models.AbstractModel):
    """A row of a rule: what is done to it is a change of the rule."""

    _name = "mfg.rule.part.mixin"
    _description = "Part of a Rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = self.env["mfg.rule"].browse(
            {vals["rule_id"] for vals in vals_list if vals.get("rule_id")}
        )
        rules._check_changed_as_a_whole()
        rules._remember_text()
        return super().create(vals_list)

    def write(self, vals):
        self.rule_id._check_changed_as_a_whole()
        self.rule_id._remember_text()
        return super().write(vals)

    def unlink(self):
        self.rule_id._check_changed_as_a_whole()
        self.rule_id._remember_text()
        return super().unlink()

from odoo import _, api, models
from odoo.exceptions import UserError


class MfgRuleChange(models.Model):
    """Rules that hold are changed by two people, where the plant wants it so.

    An archived rule does nothing, so one person may write it; having it hold is the
    change, and all that it says is then the difference.
    """

    _name = "mfg.rule"
    _inherit = ["mfg.change.mixin", "mfg.rule"]

    _mfg_agreed_fields = frozenset(
        {
            "active",
            "key",
            "company_id",
            "plant_id",
            "line_id",
            "connector_id",
            "trigger",
            "event_type_id",
            "trigger_model",
            "condition_ids",
            "action_ids",
            "latency_class",
            "batch_s",
            "window_opens_h",
            "window_closes_h",
        }
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Extended: a new rule is archived until a second person agrees to it."""
        if self.env.su or not self.env["mfg.change"]._is_wanted_anywhere():
            return super().create(vals_list)
        rules = super().create([{**vals, "active": False} for vals in vals_list])
        for rule, vals in zip(rules, vals_list, strict=True):
            if vals.get("active", True):
                rule.write({"active": True})
        return rules

    @api.ondelete(at_uninstall=False)
    def _unlink_what_two_people_archived(self):
        """What holds is archived first, which is a change."""
        if self._mfg_guarded({"active": False}):
            raise UserError(
                _(
                    "A rule that holds is not deleted by one person. Archive it;"
                    " another Integration Approver agrees to that."
                )
            )

    def _mfg_holds(self):
        return self.active

    def _mfg_will_hold(self, vals):
        return self.active or bool(vals.get("active"))

    def _check_changed_as_a_whole(self):
        """Refuse to change a part of a rule that one person does not change.

        :raise UserError: change the rule, which can wait as a whole
        """
        if self._mfg_guarded({"condition_ids": []}):
            raise UserError(
                _(
                    "This rule holds, so a change of it waits for a second person."
                    " Change the rule itself, with its conditions and actions."
                )
            )

from odoo import _, api, models


class MfgRuleHistory(models.Model):
    """What a rule said and says: the audit trail keeps both, text by text."""

    _inherit = "mfg.rule"

    # ------------------------------------------------------------------ overrides

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._remember_text(fresh=True)
        return rules

    def write(self, vals):
        self._remember_text()
        return super().write(vals)

    def unlink(self):
        audit = self.env["mfg.audit.entry"]
        audit._append_all(
            audit._prepare_entry(rule, "rule.deleted", old=rule._told())
            for rule in self
        )
        known = self.env.cr.precommit.data.get("mfg.rule.text", {})
        for rule_id in self.ids:
            known.pop(rule_id, None)
        return super().unlink()

    # -------------------------------------------------------------------- actions

    def action_view_history(self):
        """Who changed the rule, when, and what it said before and after."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Changes"),
            "res_model": "mfg.audit.entry",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "in", self.ids)],
        }

    # ---------------------------------------------------------------------- texts

    def _told(self):
        """All that the rule says, in one text, for those who compare two versions."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("trigger", "trigger_model", "latency_class")
        }
        subject = self.event_type_id.name or labels["trigger_model"].get(
            self.trigger_model, ""
        )
        lines = [
            f"{self.name} [{self.key}] {self._where()}"
            + ("" if self.active else f" ({_('archived')})"),
            f"{labels['trigger'][self.trigger]}: {subject}",
            labels["latency_class"][self.latency_class],
            *(f"? {condition._told()}" for condition in self.condition_ids),
            *(f"> {action._told()}" for action in self.action_ids),
        ]
        return "\n".join(lines)

    def _remember_text(self, fresh=False):
        """Keep what the rules said before this transaction, for the audit trail.

        :param fresh: they said nothing before
        """
        precommit = self.env.cr.precommit
        if "mfg.rule.text" not in precommit.data:
            precommit.data["mfg.rule.text"] = {}
            precommit.add(self._audit_changes)
        known = precommit.data["mfg.rule.text"]
        # sudo: who may change a part of a rule is checked when it is changed.
        for rule in self.sudo():
            if fresh:
                known[rule.id] = None
            elif rule.id not in known:
                known[rule.id] = rule._told()

    def _audit_changes(self):
        """Tell the audit trail what changed; ``self`` lends only its environment."""
        known = self.env.cr.precommit.data.pop("mfg.rule.text", {})
        audit = self.env["mfg.audit.entry"]
        entries = []
        for rule in self.sudo().browse(known).exists():
            old, new = known[rule.id], rule._told()
            if old != new:
                action = "rule.changed" if old else "rule.created"
                entries.append(audit._prepare_entry(rule, action, old=old, new=new))
        if entries:
            audit._append_all(entries)
            self.env.flush_all()

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class MfgRuleAction(models.Model):
    """One of the things that a rule does, in order."""

    _name = "mfg.rule.action"
    _description = "Action of a Rule"
    _inherit = ["mfg.rule.action.mixin", "mfg.rule.part.mixin", "mfg.cached.mixin"]
    _cached_fields = frozenset({"kind", "wait_event_type_id"})
    _order = "rule_id, sequence, id"
    _rec_name = "kind"

    rule_id = fields.Many2one("mfg.rule", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    summary = fields.Char("Does", compute="_compute_summary")

    _sql_constraints = [
        (
            "attempts_positive",
            "CHECK (attempts > 0)",
            "An action is tried at least once.",
        ),
        ("wait_not_negative", "CHECK (wait_s >= 0)", "Nobody waits less than 0 s."),
    ]

    @api.constrains("kind", "wait_for", "wait_event_type_id")
    def _check_wait(self):
        for action in self:
            if action.kind == "wait" and action.wait_for == "event":
                if not action.wait_event_type_id:
                    raise ValidationError(_("Say which event is waited for."))

    @api.depends("kind", "target", "text", "wait_for", "wait_s", "wait_event_type_id")
    def _compute_summary(self):
        for action in self:
            action.summary = action._told()

    def _told(self):
        """What the action does, in a few words."""
        self.ensure_one()
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        if self.kind == "wait":
            if self.wait_for == "event":
                return _(
                    "%(kind)s for %(event)s, %(seconds)s s at most",
                    kind=kind,
                    event=self.wait_event_type_id.name,
                    seconds=self.wait_s,
                )
            return _("%(kind)s %(seconds)s s", kind=kind, seconds=self.wait_s)
        if self.kind == "compensate":
            return kind
        targets = dict(self._fields["target"]._description_selection(self.env))
        told = f"{kind}: {targets[self.target]}"
        return f"{told} ({self.text})" if self.text else told

    def _prepare_step(self):
        """Values of the step of a run: all that the action is told, as it is now."""
        self.ensure_one()
        # What Odoo gives to every model is no setting.
        shared = (
            self.env["mfg.rule.action.mixin"]._fields.keys() - self.env["base"]._fields
        )
        own = [field for name, field in self._fields.items() if name in shared]
        vals = {
            field.name: field.convert_to_write(self[field.name], self) for field in own
        }
        return {
            **vals,
            "name": self._told(),
            "action_id": self.id,
            "sequence": self.sequence,
        }

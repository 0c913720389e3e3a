from odoo import api, models


class MfgRuleEventTrigger(models.Model):
    """An event that was handled sets off rules, in the transaction of its effect."""

    _inherit = "mfg.inbox.event"

    def _handle_as_user(self):
        state = super()._handle_as_user()
        # sudo: users do not read payloads.
        event = self.sudo()
        if state == "processed" and event.state != "ignored" and not event.historical:
            event._set_off_rules(self.env)
        return state

    def _set_off_rules(self, env):
        """Start what rules say about the event, on behalf of the acting user."""
        self.ensure_one()
        runs = env["mfg.rule.run"]
        if env["mfg.rule"]._is_wired("event", self.event_type):
            document = self._document()
            env["mfg.rule"].with_context(
                mfg_correlation_id=self.correlation_id, mfg_causation_id=self.uuid
            )._fire(
                "event",
                [self.event_type],
                self if document is None else document.with_env(env),
                self.payload["data"] or {},
                cause=f"event/{self.uuid}",
                connector=self.connector_id,
            )
        runs._wake_who_waits_for(self)


class MfgRuleHoldTrigger(models.Model):
    """A hold that is placed or lifted sets off rules."""

    _inherit = "mfg.hold"

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        for hold in holds:
            hold._set_off_rules("hold_placed", self.env)
        return holds

    def _lift(self, why, *, by=None):
        lifted = super()._lift(why, by=by)
        for hold in lifted:
            hold.sudo()._set_off_rules("hold_lifted", self.env)
        return lifted

    def _set_off_rules(self, trigger, env):
        """Start what rules say about the hold, on behalf of the acting user."""
        self.ensure_one()
        subjects = (self.res_model, "")
        if not env["mfg.rule"]._is_wired(trigger, *subjects):
            return
        document = self._document()
        if document is None:
            return
        env["mfg.rule"].with_context(
            mfg_correlation_id=env.context.get("mfg_correlation_id")
            or self.correlation_id
        )._fire(
            trigger,
            subjects,
            document.with_env(env),
            self._facts(),
            cause=f"hold/{self.id}/{trigger}",
        )

    def _facts(self):
        """What the hold says, as a rule's conditions look at it."""
        self.ensure_one()
        return {
            "hold": self.id,
            "reason_code": self.reason_code,
            "reason": self.reason or None,
            "blocker_model": self.blocker_model or None,
            "lift_reason": self.lift_reason or None,
        }


class MfgRuleStateTrigger(models.Model):
    """A change of a canonical state sets off rules; its audit entry is the cause."""

    _inherit = "mfg.audit.entry"

    @api.model
    def _append_all(self, entries):
        written = super()._append_all(entries)
        for entry in written:
            self._set_off_rules(entry)
        return written

    @api.model
    def _set_off_rules(self, entry):
        """Start what rules say about a change of state, for the acting user."""
        is_state = entry.action == "state.changed" or (
            entry.action == f"equipment.{entry.new_value}"
        )
        rules = self.env["mfg.rule"]
        if not is_state or not rules._is_wired("state", entry.res_model):
            return
        rules.with_context(mfg_correlation_id=entry.correlation_id)._fire(
            "state",
            [entry.res_model],
            self.env[entry.res_model].browse(entry.res_id),
            {"from": entry.old_value or None, "to": entry.new_value},
            cause=f"audit/{entry.id}",
        )

from odoo import api, models

from ..protocols.machine_events import CONDITION


class MfgRuleRunCrossing(models.Model):
    """A rule about a machine's condition acts once per crossing, not per reading."""

    _inherit = "mfg.rule.run"

    @api.model
    def _start(self, rule, document, facts, cause, place):
        if rule.event_type_id.name != CONDITION:
            return super()._start(rule, document, facts, cause, place)
        _kind, _slash, uuid = cause.partition("/")
        # sudo: users do not read events.
        event = self.env["mfg.inbox.event"].sudo().search([("uuid", "=", uuid)])
        if event and not self.env["mfg.edge.crossing"]._begin(event, document, rule):
            return self.sudo().browse()
        return super()._start(rule, document, facts, cause, place)


class MfgRuleStepCrossing(models.Model):
    """Each crossing is a cause of its own, also while the last one is repaired."""

    _inherit = "mfg.rule.step"

    def _open_request(self, equipment):
        if self.run_id.rule_id.event_type_id.name == CONDITION:
            return self.env["maintenance.request"]
        return super()._open_request(equipment)

import logging
from collections import defaultdict

from odoo import _, api, models, tools

from ..protocols.rule_scope import Place, Wired, nearest

_logger = logging.getLogger(__name__)

#: Rules that set off each other stop here.
DEEPEST = 5


class MfgRuleMatching(models.Model):
    """Which rules something that happens sets off."""

    _inherit = "mfg.rule"

    @api.model
    @tools.ormcache()
    def _wiring(self):
        """``(rules by trigger, rules by key)`` of all active rules, kept in memory.

        A trigger is ``(kind, event type or model)``; what is set off by nothing costs
        no query.
        """
        by_trigger, by_key = defaultdict(list), defaultdict(list)
        # sudo: a rule holds for who may not read it, too.
        for rule in self.sudo().with_context(active_test=True).search([]):
            wired = Wired(rule.id, rule.key, rule._place())
            subject = (
                rule.event_type_id.name
                if rule.trigger == "event"
                else rule.trigger_model or ""
            )
            by_trigger[rule.trigger, subject].append(wired)
            by_key[rule.key].append(wired)
        return dict(by_trigger), dict(by_key)

    @api.model
    @tools.ormcache()
    def _awaited_types(self):
        """Names of the events that any rule waits for, kept in memory."""
        # sudo: as in _wiring.
        actions = self.env["mfg.rule.action"].sudo().search([("kind", "=", "wait")])
        return frozenset(actions.wait_event_type_id.mapped("name"))

    @api.model
    def _is_wired(self, trigger, *subjects):
        """Whether any rule is set off by this; costs nothing."""
        by_trigger = self._wiring()[0]
        return any((trigger, subject) in by_trigger for subject in subjects)

    @api.model
    def _rules_for(self, trigger, subjects, place):
        """The rules that a trigger sets off at a place, in their order."""
        by_trigger, by_key = self._wiring()
        ids = [
            wired.id
            for subject in subjects
            for wired in by_trigger.get((trigger, subject), ())
            if nearest(by_key[wired.key], place).get(wired.key) == wired
        ]
        # sudo: as in _wiring.
        return self.sudo().browse(ids).sorted()

    @api.model
    def _place_of(self, document, connector=None):
        """Where something happens: the document's place, else the connector's."""
        scope = self.env["mfg.plant"]._scope_of(document)[document.id]
        connector = connector if connector is not None else self.env["mfg.connector"]
        plant = scope.plant or connector.plant_id
        if not plant:
            plant = self.env["mfg.plant"]._plant_of(document)
        company = scope.company or connector.company_id or self.env.company
        return Place(
            company.id or None,
            plant.id or None,
            scope.line.id or None,
            connector.id or None,
        )

    @api.model
    def _fire(self, trigger, subjects, document, facts, *, cause, connector=None):
        """Start the runs of all rules that this sets off, in the transaction at hand.

        :param subjects: event type or model names, any of which sets a rule off
        :param facts: what happened, as plain data
        :param cause: name of the occurrence; the same one never sets off a rule twice
        :return: the runs
        """
        runs = self.env["mfg.rule.run"]
        if not self._is_wired(trigger, *subjects):
            return runs
        depth = self.env.context.get("mfg_rule_depth", 0)
        if depth >= DEEPEST:
            _logger.warning("Rules set off each other: %s on %s", trigger, document)
            self.env["mfg.hub.note"]._note(
                "trouble",
                _(
                    "Rules set off each other again and again; stopped at"
                    " %(document)s. Have one of them look at what the other did.",
                    document=document.sudo().display_name,
                ),
            )
            return runs
        place = self._place_of(document, connector)
        # sudo: a condition may look at what the acting user can't read.
        watched = document.sudo()
        for rule in self._rules_for(trigger, subjects, place):
            if rule.action_ids and rule._meets(watched, facts):
                runs |= runs._start(rule, document, facts, cause, place)
        if runs:
            self.env["mfg.rule.run"]._wake()
        return runs

    def _meets(self, document, facts):
        """Whether all conditions are met."""
        self.ensure_one()
        return not self._first_unmet(document, facts)

    def _first_unmet(self, document, facts):
        """The first condition that is not met; empty when all are."""
        for condition in self.condition_ids:
            if not condition._is_met(document, facts):
                return condition
        return self.condition_ids.browse()

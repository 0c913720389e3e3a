from typing import NamedTuple
from uuid import uuid4

from odoo import SUPERUSER_ID, _, models
from odoo.exceptions import UserError

from ..exceptions import MfgIntegrationError, in_full
from ..protocols.rule_scope import nearest
from ..unit_of_work import rehearse


class Occurrence(NamedTuple):
    """Something that happened, as a rule would have been told of it."""

    at: object
    document: models.BaseModel | None
    name: str
    facts: dict
    connector: models.BaseModel | None


class MfgRuleRehearsal(models.Model):
    """What a rule would have done about what happened; nothing of it stays."""

    _inherit = "mfg.rule"

    def _occurrences(self, begin_at, end_at, limit):
        """What happened in a time that could have set the rule off, newest first.

        Only what the acting user may see.
        """
        self.ensure_one()
        if self.trigger == "event":
            return self._past_events(begin_at, end_at, limit)
        if self.trigger == "state":
            return self._past_states(begin_at, end_at, limit)
        return self._past_holds(begin_at, end_at, limit)

    def _past_events(self, begin_at, end_at, limit):
        events = self.env["mfg.inbox.event"].search(
            [
                ("event_type", "=", self.event_type_id.name),
                ("state", "=", "processed"),
                ("historical", "=", False),
                ("create_date", ">=", begin_at),
                ("create_date", "<", end_at),
            ],
            limit=limit,
        )
        # sudo: which events these are was found with the rights of the acting user.
        for event in events.sudo():
            if event.bodies_removed_at:
                continue
            yield Occurrence(
                event.received_at,
                event._document() or event,
                event.display_name,
                event.data or {},
                event.connector_id,
            )

    def _past_states(self, begin_at, end_at, limit):
        entries = self.env["mfg.audit.entry"].search(
            [
                ("res_model", "=", self.trigger_model),
                "|",
                ("action", "=", "state.changed"),
                ("action", "=like", "equipment.%"),
                ("at", ">=", begin_at),
                ("at", "<", end_at),
            ],
            limit=limit,
        )
        documents = self.env[self.trigger_model].sudo()
        for entry in entries:
            facts = {"from": entry.old_value or None, "to": entry.new_value}
            document = documents.browse(entry.res_id).exists() or None
            yield Occurrence(entry.at, document, entry.display, facts, None)

    def _past_holds(self, begin_at, end_at, limit):
        moment = "placed_at" if self.trigger == "hold_placed" else "lifted_at"
        domain = [(moment, ">=", begin_at), (moment, "<", end_at)]
        if self.trigger_model:
            domain.append(("res_model", "=", self.trigger_model))
        for hold in self.env["mfg.hold"].search(domain, limit=limit).sudo():
            yield Occurrence(
                hold[moment], hold._document(), hold.name, hold._facts(), None
            )

    # ----------------------------------------------------------------- verdict

    def _judge(self, occurrence):
        """Whether the rule would have acted: ``(verdict, why)``.

        Documents are looked at as they are now.
        """
        self.ensure_one()
        if occurrence.document is None:
            return "gone", _("The document was deleted since.")
        place = self._place_of(occurrence.document, occurrence.connector)
        if not self._place().contains(place):
            return "elsewhere", _("It happened where the rule does not hold.")
        rival = nearest(self._wiring()[1].get(self.key, ()), place).get(self.key)
        if rival and rival.place.level > self._place().level:
            nearer = self.sudo().browse(rival.id)
            words = {"where": nearer._where(), "rule": nearer.name}
            return "overridden", _("%(where)s: “%(rule)s” holds instead.", **words)
        unmet = self.sudo()._first_unmet(occurrence.document, occurrence.facts)
        if unmet:
            return "unmet", _("Not so: %(condition)s", condition=unmet._told())
        return "acts", ""

    def _foresee(self, occurrence):
        """What the rule's steps would do now, in words; nothing of it stays."""
        self.ensure_one()
        rule_id, name, record_id = (
            self.id,
            occurrence.document._name,
            occurrence.document.id,
        )
        facts, connector = occurrence.facts, occurrence.connector

        def rehearsal(env):
            rule = env["mfg.rule"].browse(rule_id)
            document = env[name].browse(record_id)
            place = rule._place_of(document, connector and connector.with_env(env))
            run = env["mfg.rule.run"]._start(
                rule, document, facts, f"rehearsal/{uuid4()}", place
            )
            return run._rehearse()

        return rehearse(
            self.env.registry,
            rehearsal,
            uid=SUPERUSER_ID,
            context={"mfg_rule_depth": 1},
        )


class MfgRuleRunRehearsal(models.Model):
    _inherit = "mfg.rule.run"

    def _rehearse(self):
        """Do all steps in the transaction at hand, waits left out; what they did."""
        self.ensure_one()
        told = []
        while step := self._next_step():
            try:
                with self.env.cr.savepoint():
                    step._do()
            except (UserError, MfgIntegrationError) as error:
                told.append(f"✗ {step.name}: {in_full(error)}")
                told.append(_("The steps before would be undone."))
                break
            told.append(f"{step.name}: {step.told or ''}")
            if self.state == "undoing":
                break
            if step.state == "waiting":
                step.state = "done"
        return "\n".join(told)

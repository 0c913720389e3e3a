import re
import unicodedata

from odoo import api, fields, models

from ..protocols.rule_condition import members

#: What a change of state and a hold tell; see ``mfg_rule_triggers.py``.
FACTS_OF_STATES = ("from", "to")
FACTS_OF_HOLDS = ("reason_code", "reason", "blocker_model", "lift_reason")


class MfgRuleWords(models.Model):
    """What the form gives to who writes a rule: a key, and the fields to ask about."""

    _inherit = "mfg.rule"

    key = fields.Char(
        compute="_compute_key", store=True, readonly=False, precompute=True
    )
    latency_class = fields.Selection(string="Acts")
    known_paths = fields.Text(
        "Known Fields",
        compute="_compute_known_paths",
        help="What conditions can ask of what happened, and texts can name in braces.",
    )

    @api.depends("name")
    def _compute_key(self):
        """A key nobody else has, made of the name; one that is there stays."""
        taken = self.sudo().with_context(active_test=False)
        for rule in self.filtered(lambda rule: rule.name and not rule.key):
            plain = unicodedata.normalize("NFKD", rule.name).encode("ascii", "ignore")
            stem = re.sub(r"[^a-z0-9]+", "-", plain.decode().lower()).strip("-")
            key, number = stem or "rule", 1
            while taken.search_count([("key", "=", key)], limit=1):
                number += 1
                key = f"{stem or 'rule'}-{number}"
            rule.key = key

    @api.depends("trigger", "event_type_id")
    def _compute_known_paths(self):
        contracts = self.env["mfg.event.type"]._contracts()
        described = contracts.types()
        for rule in self:
            if rule.trigger == "state":
                known = ((path, ()) for path in FACTS_OF_STATES)
            elif rule.trigger in ("hold_placed", "hold_lifted"):
                known = ((path, ()) for path in FACTS_OF_HOLDS)
            elif rule.event_type_id.name in described:
                known = members(contracts.schema(rule.event_type_id.name))
            else:
                known = ()
            rule.known_paths = "\n".join(
                f"{path}: {', '.join(choices)}" if choices else path
                for path, choices in known
            )

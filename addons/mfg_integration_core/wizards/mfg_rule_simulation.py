from datetime import timedelta
from itertools import islice

from odoo import _, api, fields, models
from odoo.exceptions import UserError

#: Occurrences that one simulation looks at, and those that it plays through.
MOST_LOOKED_AT = 500
MOST_PLAYED = 20


class MfgRuleSimulation(models.TransientModel):
    """What a rule would have done about what happened in a time; nothing is done."""

    _name = "mfg.rule.simulation"
    _inherit = ["mfg.reopening.mixin"]
    _description = "Simulation of a Rule"

    rule_id = fields.Many2one("mfg.rule", required=True, ondelete="cascade")
    begin_at = fields.Datetime(
        "From",
        required=True,
        default=lambda self: fields.Datetime.now() - timedelta(days=7),
    )
    end_at = fields.Datetime(
        "Until", required=True, default=lambda self: fields.Datetime.now()
    )
    simulated = fields.Boolean(readonly=True)
    looked_at_count = fields.Integer("Looked At", readonly=True)
    acts_count = fields.Integer("Would Have Acted", readonly=True)
    line_ids = fields.One2many(
        "mfg.rule.simulation.line", "simulation_id", readonly=True
    )

    @api.constrains("begin_at", "end_at")
    def _check_time(self):
        for simulation in self:
            if simulation.begin_at >= simulation.end_at:
                raise UserError(_("The time ends before it begins."))

    def action_simulate(self):
        """Go through what happened and show what the rule makes of it."""
        self.ensure_one()
        self.env.user._mfg_check_role(
            "administrator", _("Only an Integration Administrator tries rules.")
        )
        lines = [
            self._prepare_line(occurrence, *self.rule_id._judge(occurrence))
            for occurrence in islice(
                self.rule_id._occurrences(self.begin_at, self.end_at, MOST_LOOKED_AT),
                MOST_LOOKED_AT,
            )
        ]
        self._play(lines)
        self.line_ids.unlink()
        self.write(
            {
                "simulated": True,
                "looked_at_count": len(lines),
                "acts_count": sum(vals["verdict"] == "acts" for vals, _found in lines),
                "line_ids": [(0, 0, vals) for vals, _found in lines],
            }
        )
        return self._reopened(_("Try %(rule)s", rule=self.rule_id.name))

    def _prepare_line(self, occurrence, verdict, why):
        document = occurrence.document
        values = {
            "at": occurrence.at,
            "name": document.display_name if document else occurrence.name,
            "verdict": verdict,
            "effect": why,
        }
        return values, occurrence

    def _play(self, lines):
        """Tell of the newest ones that would act what would be done about them."""
        acting = ((vals, found) for vals, found in lines if vals["verdict"] == "acts")
        for vals, occurrence in islice(acting, MOST_PLAYED):
            vals["effect"] = self.rule_id._foresee(occurrence)


class MfgRuleSimulationLine(models.TransientModel):
    """What the rule makes of one occurrence."""

    _name = "mfg.rule.simulation.line"
    _description = "Line of a Simulation"
    _order = "at desc, id"

    simulation_id = fields.Many2one(
        "mfg.rule.simulation", required=True, ondelete="cascade"
    )
    at = fields.Datetime("When", readonly=True)
    name = fields.Char("About", readonly=True)
    verdict = fields.Selection(
        [
            ("acts", "Would act"),
            ("unmet", "Condition not met"),
            ("overridden", "Nearer rule holds"),
            ("elsewhere", "Not here"),
            ("gone", "Document is gone"),
        ],
        readonly=True,
    )
    effect = fields.Text("What Would Be Done", readonly=True)

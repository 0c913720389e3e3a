import json

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .mfg_masked_mixin import NOBODY

STATES = [
    ("pending", "To Do"),
    ("retry", "Trying Again"),
    ("waiting", "Waiting"),
    ("undoing", "Being Undone"),
    ("stuck", "Needs a Person"),
    ("done", "Done"),
    ("undone", "Undone"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: States in which a worker has something to do, now or later.
OPEN_STATES = ("pending", "retry", "waiting", "undoing")


class MfgRuleRun(models.Model):
    """What one cause had one rule do about one document, step by step.

    The run and its steps are written in the transaction of the cause. Each step is a
    transaction of its own afterwards, with the mark that it is done, so that a crash
    anywhere leaves either both or none. When a step fails for good, those before it
    are undone in reverse; what nobody can undo by program waits for a person.
    """

    _name = "mfg.rule.run"
    _description = "Run of a Rule"
    _inherit = ["mfg.document.mixin", "mfg.chain.mixin"]
    _order = "id desc"

    rule_id = fields.Many2one(
        "mfg.rule", readonly=True, ondelete="set null", index=True
    )
    name = fields.Char("What It Does", readonly=True, required=True)
    cause = fields.Char(
        readonly=True, required=True, help="Occurrence that set the rule off."
    )
    state = fields.Selection(
        STATES, required=True, default="pending", readonly=True, index=True
    )
    reason = fields.Text(readonly=True, help="Why it is as it is.")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True)
    document_name = fields.Char("About")
    facts = fields.Json(
        readonly=True,
        groups=NOBODY,
        help="What happened, as it was then.",
    )
    facts_text = fields.Text(
        "Data",
        compute="_compute_facts_text",
        groups="mfg_integration_core.group_operator",
    )
    depth = fields.Integer(readonly=True, help="Rules that led to this one.")
    user_id = fields.Many2one("res.users", "On Behalf Of", readonly=True, required=True)
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.plant", readonly=True, ondelete="set null")
    correlation_id = fields.Char("Correlation ID", readonly=True, index=True)
    causation_id = fields.Char(readonly=True)
    step_ids = fields.One2many("mfg.rule.step", "run_id", readonly=True)
    step_count = fields.Integer("Steps", compute="_compute_step_counts")
    done_count = fields.Integer("Steps Done", compute="_compute_step_counts")
    next_at = fields.Datetime("Due", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    lease_token = fields.Char(readonly=True, groups="base.group_system")
    lease_until = fields.Datetime(readonly=True)

    _sql_constraints = [
        (
            "cause_unique",
            "unique (rule_id, cause, res_model, res_id)",
            "This rule was set off by this cause already.",
        ),
    ]

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_rule_run_due_index
                ON mfg_rule_run (next_at, id)
             WHERE state IN ('pending', 'retry', 'waiting', 'undoing');
            CREATE INDEX IF NOT EXISTS mfg_rule_run_document_index
                ON mfg_rule_run (res_model, res_id);
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("facts")
    def _compute_facts_text(self):
        for run in self:
            shown = run._facts_shown()
            run.facts_text = json.dumps(shown, indent=2, ensure_ascii=False)

    def _facts_shown(self):
        """The data of what happened, without what masking rules name."""
        self.ensure_one()
        if not self.env.su:
            # Whoever may not see the run does not see what set it off.
            self.read(["cause"])
        # sudo: users read neither the data whole nor, perhaps, the event it is of.
        run = self.sudo()
        kind, _slash, uuid = (run.cause or "").partition("/")
        if kind != "event" or not isinstance(run.facts, dict):
            return run.facts
        event = run.env["mfg.inbox.event"].search([("uuid", "=", uuid)], limit=1)
        # Of an event that is gone nobody knows connector and type: all rules hold.
        masks = run.env["mfg.masking.rule"]
        mask = masks._mask_of(event.connector_id, event.event_type or False)
        return mask.document({"data": run.facts})["data"]

    @api.depends("step_ids.state")
    def _compute_step_counts(self):
        for run in self:
            run.step_count = len(run.step_ids)
            done = run.step_ids.filtered(lambda step: step.state == "done")
            run.done_count = len(done)

    @api.depends("name", "document_name")
    def _compute_display_name(self):
        for run in self:
            parts = (run.name, run.document_name)
            run.display_name = ": ".join(part for part in parts if part)

    # ------------------------------------------------------------------- begin

    @api.model
    def _start(self, rule, document, facts, cause, place):
        """The run of a rule, as rows only; empty when this cause had one already.

        :param place: where it happens, see ``mfg.rule._place_of``
        """
        # sudo: what happens next was decided by who wrote the rule, and nobody has the
        # right to write runs.
        runs = self.sudo()
        known = [
            ("rule_id", "=", rule.id),
            ("cause", "=", cause),
            ("res_model", "=", document._name),
            ("res_id", "=", document.id),
        ]
        if runs.search(known, limit=1):
            return runs.browse()
        plant = self.env["mfg.plant"].sudo().browse(place.plant or [])
        company = self.env["res.company"].sudo().browse(place.company)
        audit = self.env["mfg.audit.entry"]
        run = runs.create(
            {
                "rule_id": rule.id,
                "name": rule.name,
                "cause": cause,
                "res_model": document._name,
                "res_id": document.id,
                "facts": facts,
                "depth": self.env.context.get("mfg_rule_depth", 0),
                "user_id": self.env.uid,
                "company_id": company.id,
                "plant_id": plant.id,
                "correlation_id": audit._chain_of(document),
                "causation_id": self.env.context.get("mfg_causation_id"),
                "next_at": rule._release_at(plant, company),
                "step_ids": [
                    (0, 0, action._prepare_step()) for action in rule.action_ids
                ],
            }
        )
        run._audit("rule.started", new=rule.name)
        return run

    # ----------------------------------------------------------------- actions

    def action_try_again(self):
        """Have another try of what failed: the step, or its undo."""
        self.env.user._mfg_check_role("operator")
        runs = self.sudo()
        for run in runs:
            if run.state not in ("failed", "stuck"):
                raise UserError(_("There is nothing that failed in this run."))
            if run.state == "failed":
                steps = run.step_ids.filtered(lambda step: step.state == "failed")
                steps.write({"state": "pending", "attempt_count": 0})
            else:
                steps = run.step_ids.filtered(lambda step: step.state == "undo_failed")
                steps.write({"state": "done", "attempt_count": 0})
            target = "pending" if run.state == "failed" else "undoing"
            run.write({"state": target, "next_at": False, "ended_at": False})
        runs._wake()

    def action_cancel(self):
        """Stop; what was done is undone."""
        self.env.user._mfg_check_role("operator")
        for run in self.sudo():
            if run.state not in ("pending", "retry", "waiting"):
                raise UserError(_("This run can't be stopped any more."))
            run._begin_undoing(
                _("Stopped by %(user)s.", user=self.env.user.name), cancelled=True
            )
        self.sudo()._wake()

    # ---------------------------------------------------------------- business

    def _advance(self):
        """Do or undo the next step, in the transaction at hand.

        :return: whether there is more to do at once
        """
        self.ensure_one()
        if self.state not in OPEN_STATES:
            # It ended in the step before, or a person ended it meanwhile.
            return False
        step = self._next_step()
        if self.state == "undoing":
            if not step:
                return self._end_undoing()
            step._undo()
            return True
        if not step:
            self._end("done")
            self._audit("rule.done", new=self.name)
            return False
        return step._do()

    def _next_step(self):
        """The step that is to be done next, or undone; empty at the end."""
        if self.state == "undoing":
            return self.step_ids.filtered(lambda step: step.state == "done")[-1:]
        return self.step_ids.filtered(
            lambda step: step.state in ("pending", "waiting")
        )[:1]

    def _begin_undoing(self, why, cancelled=False):
        """Turn round: what was done is undone, the last first."""
        self.ensure_one()
        rest = self.step_ids.filtered(lambda step: step.state in ("pending", "waiting"))
        rest.write({"state": "skipped"})
        done = self.step_ids.filtered(lambda step: step.state == "done")
        self.reason = why
        if done:
            self.write({"state": "undoing", "next_at": False})
        else:
            self._end("cancelled" if cancelled else "failed")
        self._audit("rule.failed", new=self.name, why=why)

    def _end_undoing(self):
        """The run when nothing is left that a program could undo."""
        if self._undo_queue():
            self.state = "stuck"
        else:
            self._end("undone")
            self._audit("rule.undone", new=self.name, why=self.reason)
        return False

    def _undo_queue(self):
        """The steps whose undo waits for a person."""
        return self.step_ids.filtered(
            lambda step: step.state in ("undo_failed", "by_hand")
        )

    def _end(self, state):
        self.write(
            {"state": state, "next_at": False, "ended_at": fields.Datetime.now()}
        )

    def _undone_by_hand(self):
        """The run after a person undid one of its steps."""
        for run in self:
            if run.state == "stuck":
                run._end_undoing()

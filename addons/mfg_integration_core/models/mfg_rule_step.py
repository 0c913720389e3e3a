import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..documents import document_at, form_of
from ..exceptions import in_full
from ..protocols import rule_condition

#: Seconds before each further try of a step; the last one for all that follow.
DELAYS_S = (5, 30, 120, 600)


@dataclass(frozen=True)
class Done:
    """What a step did.

    :ivar made: record that it made or found; an action after it may refer to it
    :ivar undo: plain data that its undo needs
    :ivar told: what it did, in words
    """

    told: str
    made: models.BaseModel | None = None
    undo: dict = field(default_factory=dict)


@dataclass(frozen=True)
class WaitUntil:
    """The step is not over yet; it looks again at that moment (naive UTC)."""

    until: datetime
    told: str


@dataclass(frozen=True)
class TurnBack:
    """The steps before are to be undone."""

    why: str


class UndoByHandError(Exception):
    """No program can undo the step; the text says to a person what to do."""


class MfgRuleStep(models.Model):
    """One action of a run: what it was told, how it went, how it is undone.

    ``_do_<kind>()`` returns :class:`Done`, :class:`WaitUntil` or :class:`TurnBack`;
    ``_undo_<kind>()`` returns what was undone, in words, or raises
    :class:`UndoByHandError`. Both run in a transaction of their own, with the rights of
    the rule, on behalf of who set it off; what they raise is tried again.
    """

    _name = "mfg.rule.step"
    _description = "Step of a Run"
    _inherit = ["mfg.rule.action.mixin"]
    _order = "run_id, sequence, id"

    run_id = fields.Many2one(
        "mfg.rule.run", readonly=True, required=True, ondelete="cascade", index=True
    )
    action_id = fields.Many2one(
        "mfg.rule.action", "Of the Rule's Action", readonly=True, ondelete="set null"
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Char("Step", readonly=True, required=True)
    state = fields.Selection(
        [
            ("pending", "To Do"),
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("skipped", "Left Out"),
            ("undone", "Undone"),
            ("by_hand", "To Be Undone by Hand"),
            ("undo_failed", "Undo Failed"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    attempt_count = fields.Integer("Failed Tries", readonly=True)
    told = fields.Text("What It Did", readonly=True)
    reason = fields.Text("Trouble", readonly=True)
    made_model = fields.Char(readonly=True)
    made_id = fields.Many2oneReference(model_field="made_model", readonly=True)
    undo_data = fields.Json(readonly=True)
    begun_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime("Done", readonly=True)
    undone_at = fields.Datetime("Undone", readonly=True)

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mfg_rule_step_made_index
                ON mfg_rule_step (made_model, made_id) WHERE made_id IS NOT NULL
            """
        )

    # ----------------------------------------------------------------- actions

    def action_open_made(self):
        """The form of what the step made."""
        self.ensure_one()
        return form_of(self._made())

    def action_undone_by_hand(self):
        """Take down that a person undid the step."""
        self.env.user._mfg_check_role("operator")
        for step in self.sudo():
            if step.state not in ("by_hand", "undo_failed"):
                raise UserError(_("This step does not wait for a person."))
            who = self.env.user.name
            step.write(
                {
                    "state": "undone",
                    "undone_at": fields.Datetime.now(),
                    "reason": _("Undone by hand by %(user)s.", user=who),
                }
            )
            step.run_id._audit("rule.undone_by_hand", new=step.name, why=step.reason)
            step.run_id._undone_by_hand()

    # -------------------------------------------------------------------- work

    def _do(self):
        """Do the step and mark it; whether the run goes on at once."""
        self.ensure_one()
        run = self.run_id
        if not self.begun_at:
            self.begun_at = fields.Datetime.now()
        outcome = getattr(self, f"_do_{self.kind}")()
        # What is computed or checked late belongs to this transaction's step.
        self.env.flush_all()
        if isinstance(outcome, WaitUntil):
            self.write({"state": "waiting", "told": outcome.told})
            run.write(
                {"state": "waiting", "next_at": outcome.until, "reason": outcome.told}
            )
            return False
        if isinstance(outcome, TurnBack):
            self.write({"state": "skipped", "told": outcome.why})
            run._begin_undoing(outcome.why)
            return True
        self.write(
            {
                "state": "done",
                "told": outcome.told,
                "reason": False,
                "attempt_count": 0,
                "done_at": fields.Datetime.now(),
                "made_model": outcome.made._name if outcome.made else False,
                "made_id": outcome.made.id if outcome.made else False,
                "undo_data": outcome.undo or False,
            }
        )
        run.write({"state": "pending", "next_at": False, "reason": False})
        return True

    def _undo(self):
        """Undo the step and mark it, or leave it to a person."""
        self.ensure_one()
        undo = getattr(self, f"_undo_{self.kind}")
        values = {"undone_at": fields.Datetime.now(), "attempt_count": 0}
        try:
            self.write({"state": "undone", "reason": undo(), **values})
        except UndoByHandError as error:
            self.write({"state": "by_hand", "reason": str(error)})

    def _failed(self, error):
        """Record a try that failed: another one later, or the end of the tries."""
        self.ensure_one()
        run = self.run_id
        tried = self.attempt_count + 1
        text = in_full(error)
        self.write({"attempt_count": tried, "reason": text})
        if tried < self.attempts:
            delay = DELAYS_S[min(tried, len(DELAYS_S)) - 1]
            next_at = fields.Datetime.now() + timedelta(seconds=delay)
            state = "undoing" if run.state == "undoing" else "retry"
            run.write({"state": state, "next_at": next_at, "reason": text})
        elif run.state == "undoing":
            self.state = "undo_failed"
            run.next_at = False
        else:
            self.state = "failed"
            run._begin_undoing(
                _("“%(step)s” failed: %(why)s", step=self.name, why=text)
            )

    # ---------------------------------------------------------------- contexts

    def _targets(self):
        """What the step is done to.

        :raise UserError: there is no such thing
        """
        self.ensure_one()
        if self.target == "made":
            found = self._made_before()
        else:
            document = self._document()
            found = self.env["mfg.rule.target"]._find(document, self.target)
        if not found:
            labels = dict(self._fields["target"]._description_selection(self.env))
            raise UserError(
                _(
                    "%(document)s has none of this: %(target)s.",
                    document=self.run_id.document_name,
                    target=labels[self.target],
                )
            )
        return found

    def _document(self):
        """What set the rule off.

        :raise UserError: it is gone
        """
        document = self.run_id._document()
        if document is None:
            raise UserError(_("The document that this was about was deleted."))
        return document

    def _made(self):
        """What the step made; None when it made nothing, or it is gone."""
        self.ensure_one()
        return document_at(self.env, self.made_model, self.made_id)

    def _made_before(self):
        """What the nearest step before made, of those that made something."""
        for step in reversed(self.run_id.step_ids):
            if (step.sequence, step.id) < (self.sequence, self.id):
                made = step._made()
                if made is not None:
                    return made
        return None

    def _blocker(self):
        """What the hold that is placed waits for; None = a person."""
        if self.blocker == "document":
            return self._document()
        return self._made_before() if self.blocker == "made" else None

    @api.model
    def _fill(self, text, facts, words):
        """The text with what is in braces filled in; what is not known is left out."""

        def found(match):
            path = match.group(1)
            if path in words:
                return words[path]
            return ", ".join(map(str, rule_condition.at_path(facts, path)))

        return re.sub(r"\{([\w.]+)\}", found, text).strip()

    def _words(self):
        """The step's text, filled in; the rule's name without any."""
        self.ensure_one()
        run = self.run_id
        words = {"document": run.document_name, "rule": run.name}
        filled = self._fill(self.text or "", run.sudo().facts or {}, words)
        return filled or run.name

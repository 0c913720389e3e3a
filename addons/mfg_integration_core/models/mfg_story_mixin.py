from odoo import _, fields, models

from ..documents import document_at
from ..protocols import lane as rules
from ..timeline import ATTEMPT_TONES, in_order, moment

#: How a state that nothing follows by itself is told: icon and tone.
END_LOOKS = {
    "processed": ("fa-check", "success"),
    "delivered": ("fa-check", "success"),
    "acknowledged": ("fa-check", "success"),
    "dead": ("fa-times", "danger"),
    "rejected": ("fa-times", "danger"),
    "expired": ("fa-hourglass-end", "warning"),
}
OTHER_END_LOOK = ("fa-hourglass-half", "info")
#: Rows of a chain whose documents are listed.
MOST_CHAIN_ROWS = 500


class MfgStoryMixin(models.AbstractModel):
    """What happened to one event or message, in plain words."""

    _inherit = "mfg.queued.mixin"

    story = fields.Json(
        compute="_compute_story",
        help="Moments in the shape of a case's timeline, the last being how it stands.",
    )
    related_documents = fields.Json(
        compute="_compute_related_documents",
        compute_sudo=True,
        help="Documents of the same chain: model, id, name and kind of each.",
    )

    # ------------------------------------------------------------------- story

    def _compute_story(self):
        for row in self:
            moments = [
                row._moment_of_begin(),
                *map(row._moment_of_attempt, row.attempt_ids),
                *map(row._moment_of_entry, row._audit_entries()),
                *map(row._moment_of_replay, row._replay_runs()),
            ]
            row.story = in_order([*moments, row._moment_of_end(moments)])

    def _moment_of_begin(self):
        """How it came into being; told by each direction in its own words."""
        raise NotImplementedError(f"{self._name} does not say how it begins")

    def _moment_of_attempt(self, attempt):
        seconds = f"{attempt.duration_ms / 1000:.2f}"
        titles = {
            "succeeded": _("Try %(number)s succeeded after %(seconds)s s"),
            "retryable": _("Try %(number)s failed in a way that may pass"),
            "permanent": _("Try %(number)s failed for good"),
            "abandoned": _("Try %(number)s was cut off; its outcome is unknown"),
            "running": _("Try %(number)s is under way"),
        }
        told = [
            attempt.response_status
            and _(
                "Answered with HTTP status %(status)s", status=attempt.response_status
            ),
            attempt.error_detail,
        ]
        return moment(
            attempt,
            attempt.started_at,
            "attempt",
            titles[attempt.outcome] % {"number": attempt.number, "seconds": seconds},
            ". ".join(part.rstrip(".") for part in told if part),
            "fa-repeat",
            ATTEMPT_TONES.get(attempt.outcome, "info"),
        )

    def _audit_entries(self):
        """What people did to the row."""
        return self.env["mfg.audit.entry"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)]
        )

    def _moment_of_entry(self, entry):
        titles = {"payload.corrected": _("%(actor)s corrected the payload")}
        title = titles.get(entry.action, _("%(actor)s: %(action)s"))
        return moment(
            entry,
            entry.at,
            "note",
            title % {"actor": entry.actor, "action": entry.action},
            entry.why,
            "fa-pencil",
            "info",
        )

    def _replay_runs(self):
        """The replays that put the row back."""
        lines = self.env["mfg.replay.line"].search(
            [("log_id", "=", self.id), ("state", "=", "replayed")]
        )
        return lines.run_id

    def _moment_of_replay(self, run):
        return moment(
            run,
            run.create_date,
            "note",
            _("%(user)s had it go again", user=run.user_id.name),
            run.why or run.scope,
            "fa-undo",
            "info",
        )

    def _moment_of_end(self, moments):
        """How it stands and what happens next; behind all else, whatever clocks say."""
        icon, tone = END_LOOKS.get(self.state, OTHER_END_LOOK)
        return moment(
            self,
            max(self._ended_at(), *(each["at"] for each in moments)),
            "end",
            self._standing_told(),
            self.reason,
            icon,
            tone,
            opens=(False, False),
        )

    def _ended_at(self):
        """Since when it stands as it does, as far as known; now for what goes on."""
        if self.state in rules.FINAL:
            return self.create_date
        return self.failed_at or fields.Datetime.now()

    def _standing_told(self):
        """One sentence about the state."""
        if self.held_by_pause:
            return _("Held, since its connector is paused; it goes on after that")
        if self.state in ("dead", "rejected"):
            return self._failure_told()
        if self.next_attempt_at:
            return _("The next try is at %(moment)s UTC", moment=self.next_attempt_at)
        return self._state_told().get(self.state, self.state)

    def _failure_told(self):
        """Who has to do something about a failure."""
        if not self.cause:
            return _("Set aside by a person; nothing follows")
        if self.owner_id:
            return _("It failed; %(user)s takes care of it", user=self.owner_id.name)
        return _("It failed and nobody takes care of it yet")

    def _state_told(self):
        """A sentence for each other state."""
        return {
            "pending": _("Waits for its turn in its lane"),
            "received": _("Waits for its turn in its lane"),
            "retry": _("Goes again as soon as its lane is free"),
            "delivering": _("Is on its way; the answer is not known yet"),
            "processing": _("Is being handled now"),
            "waiting": _("Waits for something that Odoo does not know yet"),
            "held": _("Held back, with everything behind it in its lane"),
            "processed": _("Had its effect in Odoo"),
            "ignored": _("Had no effect: it was no news"),
            "delivered": _("The partner has it"),
            "acknowledged": _("The partner has confirmed it"),
            "superseded": _("Not sent: a newer message took its place"),
            "expired": _("Not sent: its time to live was over"),
            "cancelled": _("Not sent: a person cancelled it"),
        }

    # --------------------------------------------------------------- documents

    def _compute_related_documents(self):
        for row in self:
            row.related_documents = row._documents_of_chain()

    def _documents_of_chain(self):
        """The documents that events and messages of the chain are about, each once."""
        if not self.correlation_id:
            return []
        rows = self.env["mfg.integration.log"].search(
            [("correlation_id", "=", self.correlation_id)], limit=MOST_CHAIN_ROWS
        )
        documents = []
        for model, res_id in {(row.res_model, row.res_id) for row in rows}:
            document = document_at(self.env, model, res_id)
            if document is not None:
                documents.append(
                    {
                        "model": model,
                        "id": document.id,
                        "name": document.display_name,
                        "kind": self.env["ir.model"]._get(model).name,
                    }
                )
        return sorted(documents, key=lambda document: document["name"])

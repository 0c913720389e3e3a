from odoo import _, api, fields, models
from odoo.tools import ormcache

from ..documents import document_at
from ..protocols import rfc3339
from ..timeline import ATTEMPT_TONES, OTHER_LOOK, Look, in_order, moment

STATE_TONES = {"blocked": "danger", "completed": "success", "cancelled": "warning"}
EVENT_TONES = {
    "dead": "danger",
    "rejected": "danger",
    "retry": "warning",
    "waiting": "warning",
    "processed": "success",
}
MESSAGE_TONES = {
    "dead": "danger",
    "expired": "danger",
    "retry": "warning",
    "held": "warning",
    "delivered": "success",
    "acknowledged": "success",
}
LONGEST_DETAIL = 200
#: Login under which Odoo works on its own.
HUB_LOGIN = "__system__"


class MfgCaseTimeline(models.Model):
    """What happened in a case: one list of moments from every place that knows one."""

    _inherit = "mfg.case"

    timeline = fields.Json(
        compute="_compute_timeline",
        help="Moments in order: at (ISO 8601, UTC), kind, title, detail, icon, tone,"
        " model and id of what to open, elapsed_s since the first.",
    )

    @api.depends("correlation_id")
    def _compute_timeline(self):
        for case in self:
            chain = [("correlation_id", "=", case.correlation_id)]
            case.timeline = in_order(self._moments_where(chain))

    @api.model
    def _moments_where(self, domain, limit=None):
        """Moments of the events, messages and audit entries that match.

        :param domain: on what the three have in common: chain and document
        :param limit: of each, only so many of the newest
        """
        newest = {"order": "id desc", "limit": limit}
        events = self.env["mfg.inbox.event"].search(domain, **newest)
        messages = self.env["mfg.outbox.message"].search(domain, **newest)
        entries = self.env["mfg.audit.entry"].search(domain, **newest)
        return [
            *map(self._moment_of_event, events),
            *map(self._moment_of_message, messages),
            *map(self._moment_of_attempt, messages.attempt_ids),
            *map(
                self._moment_of_attempt,
                events.attempt_ids.filtered(lambda a: a.outcome != "succeeded"),
            ),
            *map(self._moment_of_entry, entries),
        ]

    # ----------------------------------------------------------------- moments

    def _moment_of_event(self, event):
        data = (event.payload_shown or {}).get("data")
        data = data if isinstance(data, dict) else {}
        return moment(
            event,
            event.create_date or event.received_at,
            "event",
            _(
                "From %(connector)s: %(what)s",
                connector=event.connector_id.name,
                what=self._event_title(event.event_type),
            ),
            event.reason or _summary(data),
            "fa-sign-in",
            EVENT_TONES.get(event.state, "info"),
            shift=event.shift,
        )

    def _moment_of_message(self, message):
        return moment(
            message,
            self._written_at(message),
            "message",
            _(
                "To %(connector)s: %(what)s",
                connector=message.connector_id.name,
                what=self._event_title(message.event_type),
            ),
            message.reason
            or (
                message.partner_reference
                and _("There it is %(reference)s.", reference=message.partner_reference)
            ),
            "fa-sign-out",
            MESSAGE_TONES.get(message.state, "info"),
        )

    def _written_at(self, message):
        """When a message was owed: naive UTC.

        Its row only has the moment at which the transaction began, before its cause.
        """
        # sudo: of what users may not read, when it happened is no secret.
        moment = (message.sudo().snapshot or {}).get("time")
        return (
            rfc3339.parse(moment).replace(tzinfo=None)
            if moment
            else message.create_date
        )

    def _moment_of_attempt(self, attempt):
        outcome = dict(attempt._fields["outcome"]._description_selection(self.env))
        work = attempt.message_id or attempt.event_id
        return moment(
            work,
            attempt.started_at,
            "attempt",
            _(
                "Attempt %(number)s with %(connector)s: %(outcome)s",
                number=attempt.number,
                connector=work.connector_id.name,
                outcome=outcome[attempt.outcome],
            ),
            attempt.error_detail
            or (
                attempt.response_status
                and _("HTTP status %(status)s", status=attempt.response_status)
            ),
            "fa-repeat",
            ATTEMPT_TONES.get(attempt.outcome, "info"),
        )

    def _moment_of_entry(self, entry):
        look = self._entry_look(entry)
        return moment(
            entry,
            entry.at,
            look.kind,
            look.title,
            _sentences(entry.why, self._entry_actor(entry)),
            look.icon,
            look.tone,
            opens=(entry.res_model, entry.res_id),
            shift=self._shift_of_entry(entry) if look.kind == "hold" else "",
        )

    def _shift_of_entry(self, entry):
        """The shift in which a hold was placed or lifted."""
        document = document_at(self.env, entry.res_model, entry.res_id)
        if document is None:
            return ""
        return self.env["mfg.shift"]._told(document, entry.at)

    # ------------------------------------------------------------------- texts

    @api.model
    def _event_title(self, event_type):
        """What the event type says in a person's words."""
        known = self.env["mfg.event.type"].search([("name", "=", event_type)], limit=1)
        return known.description or event_type

    @api.model
    def _entry_actor(self, entry):
        """Who did it; what the hub did by itself needs no name."""
        if not entry.actor or entry.actor == HUB_LOGIN:
            return ""
        return _("By %(actor)s", actor=entry.actor)

    @api.model
    def _entry_title(self, entry):
        """One line about an audit entry."""
        return self._entry_look(entry).title

    @api.model
    def _entry_look(self, entry):
        """How an audit entry is told; an unknown action shows what it changed."""
        look = self._looks_known().get(entry.action, OTHER_LOOK)
        if entry.action == "state.changed":
            look = look._replace(tone=STATE_TONES.get(entry.new_value, look.tone))
        words = {
            "action": entry.action,
            "document": entry.display,
            "old": _spaced(entry.old_value),
            "new": _spaced(entry.new_value),
            "name": entry.new_value,
        }
        title = look.title
        if not title and entry.new_value:
            title = _("%(document)s: %(new)s")
            if entry.old_value:
                title = _("%(document)s: %(old)s → %(new)s")
        return look._replace(title=(title or _("%(document)s: %(action)s")) % words)

    @api.model
    @ormcache("self.env.lang")
    def _looks_known(self):
        """Those of :meth:`_looks`, put into the user's language once."""
        return self._looks()

    @api.model
    def _looks(self):
        """``{audited action: Look}``; extended by whoever audits another one."""
        return {
            "case.opened": Look(
                "note", "fa-folder-open-o", "info", _("Case opened: %(new)s")
            ),
            "case.settled": Look(
                "note", "fa-check-circle", "success", _("Case settled")
            ),
            "document.created": Look(
                "document", "fa-file-text-o", "info", _("%(document)s created")
            ),
            "document.freed": Look(
                "state", "fa-play", "success", _("%(document)s may go on")
            ),
            "equipment.down": Look(
                "state", "fa-bolt", "danger", _("%(document)s is down")
            ),
            "equipment.running": Look(
                "state", "fa-play", "success", _("%(document)s runs")
            ),
            "hold.lifted": Look(
                "hold",
                "fa-unlock",
                "success",
                _("%(document)s no longer held: %(old)s"),
            ),
            "hold.placed": Look(
                "hold", "fa-hand-paper-o", "danger", _("%(document)s held: %(new)s")
            ),
            "hold.restated": Look(
                "hold",
                "fa-hand-paper-o",
                "warning",
                _("%(document)s still held: %(new)s"),
            ),
            "order.resumed": Look(
                "state", "fa-play", "success", _("%(document)s goes on")
            ),
            "partner.ignored": Look(
                "note", "fa-filter", "warning", _("%(document)s: %(new)s ignored")
            ),
            "state.changed": Look("state", "fa-exchange", "info"),
            "workcenter.blocked": Look(
                "state", "fa-ban", "danger", _("%(document)s blocked")
            ),
            "workcenter.unblocked": Look(
                "state", "fa-unlock", "success", _("%(document)s unblocked")
            ),
        }


def _sentences(*parts):
    """What is said of these, with one full stop between two."""
    said = [part.strip() for part in parts if part]
    return ". ".join([*(part.removesuffix(".") for part in said[:-1]), *said[-1:]])


def _spaced(word: str | bool) -> str:
    """A canonical state as a person writes it; other texts as they are."""
    word = word or ""
    return word.replace("_", " ") if word.isidentifier() else word


def _summary(data: dict) -> str:
    """The plain values of an event's data, shortened."""
    plain = (
        f"{key}: {value}"
        for key, value in data.items()
        if isinstance(value, (str, int, float)) and value not in ("", None)
    )
    text = ", ".join(plain)
    return text if len(text) <= LONGEST_DETAIL else f"{text[:LONGEST_DETAIL]}…"

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..documents import form_of

STATES = [
    ("open", "To Decide"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("lapsed", "Not Needed Any More"),
]


class MfgDecision(models.Model):
    """A value that a system wants to set although another one owns the field.

    The event that wants it waits in its lane. Approved, it is handled again as it came,
    so that the value has the effect that the event would have had; rejected, the event
    is rejected with the note of who decided, which its sender can look up.

    Only the methods here write rows: nobody has the right to.
    """

    _name = "mfg.decision"
    _description = "Decision"
    _inherit = ["mfg.document.mixin", "mfg.chain.mixin", "mfg.second.person.mixin"]
    _order = "id desc"
    _rec_names_search = ["label", "wanted_value"]

    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True)
    target = fields.Char("Technical Field", required=True, readonly=True)
    label = fields.Char("Field", readonly=True)
    old_value = fields.Char("Was", readonly=True, help="When it was asked for.")
    wanted_value = fields.Char("Wanted", readonly=True)
    owner_name = fields.Char("Owner", readonly=True, help="Whose the field was then.")
    connector_id = fields.Many2one(
        "mfg.connector", "Wanted by", required=True, readonly=True, ondelete="cascade"
    )
    event_id = fields.Many2one(
        "mfg.inbox.event", readonly=True, ondelete="set null", index=True
    )
    event_uuid = fields.Char("Event UUID", required=True, readonly=True, index=True)
    correlation_id = fields.Char("Correlation ID", readonly=True)
    asked_at = fields.Datetime(
        "When", required=True, readonly=True, default=fields.Datetime.now
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    note = fields.Text(readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.plant", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    def init(self):
        """One open question per event and field, whoever asks it twice."""
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS mfg_decision_open_unique
                ON mfg_decision (event_uuid, res_model, res_id, target)
             WHERE state = 'open'
            """
        )

    # ---------------------------------------------------------------- computes

    @api.depends("document_name", "label", "wanted_value")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = _(
                "%(document)s: %(field)s to %(wanted)s",
                document=decision.document_name,
                field=(decision.label or "").lower(),
                wanted=decision.wanted_value or "-",
            )

    # ----------------------------------------------------------------- actions

    def action_open_event(self):
        """The form of the event that wants it."""
        self.ensure_one()
        return form_of(self.event_id)

    def action_approve(self):
        """Ask for a note, then let the event have its effect."""
        return self._ask_verdict("approve", _("Approve"))

    def action_reject(self):
        """Ask for a note, then reject the event."""
        return self._ask_verdict("reject", _("Reject"))

    # ---------------------------------------------------------------- asking

    @api.model
    def _ask(self, event, conflicts):
        """Have somebody decide what the event wants; once, however often it is tried.

        :param event: the inbox event, with the hub's rights
        :param conflicts: list of ``exceptions.Conflict``
        """
        asked = self.sudo().search(
            [("event_uuid", "=", event.uuid), ("state", "=", "open")]
        )
        for conflict in conflicts:
            known = asked.filtered(lambda each, conflict=conflict: each._is(conflict))
            if known:
                known.old_value, known.wanted_value = conflict.old, conflict.wanted
                continue
            decision = self.sudo().create(self._prepare(event, conflict))
            decision._audit("decision.asked", old=conflict.old, new=conflict.wanted)

    def _is(self, conflict):
        """Whether the decision is about the same field of the same record."""
        self.ensure_one()
        return (self.res_model, self.res_id, self.target) == (
            conflict.model,
            conflict.record_id,
            conflict.target,
        )

    @api.model
    def _prepare(self, event, conflict):
        """Values of a new decision."""
        document = self.env[conflict.model].browse(conflict.record_id)
        plant = self.env["mfg.plant"]._plant_of(document) or event.connector_id.plant_id
        return {
            "res_model": conflict.model,
            "res_id": conflict.record_id,
            "target": conflict.target,
            "label": conflict.label,
            "old_value": conflict.old,
            "wanted_value": conflict.wanted,
            "owner_name": conflict.owner_name,
            "connector_id": event.connector_id.id,
            "event_id": event.id,
            "event_uuid": event.uuid,
            "correlation_id": event.correlation_id,
            "company_id": event.connector_id.company_id.id,
            "plant_id": plant.id,
        }

    @api.model
    def _is_approved(self, event_uuid, conflict):
        """Whether somebody agreed to this value of this event."""
        # sudo: a connector's user does not see decisions.
        agreed = self.sudo().search(
            [("event_uuid", "=", event_uuid), ("state", "=", "approved")]
        )
        return any(
            each._is(conflict) and (each.wanted_value or "") == conflict.wanted
            for each in agreed
        )

    # ---------------------------------------------------------------- deciding

    def _mfg_wanted_by(self):
        """Nobody here: a partner's system wants it, so one person is enough."""
        return self.env["res.users"]

    def _decide(self, is_approved, note):
        """Approve or reject, and let the events go on that waited for it.

        :raise AccessError: the user is no Approver
        :raise UserError: it is decided already
        """
        self._mfg_check_second_person()
        self._claim_events()
        for decision in self:
            if decision.state != "open":
                raise UserError(
                    _(
                        "%(decision)s is decided already.",
                        decision=decision.display_name,
                    )
                )
            # sudo: nobody writes decisions by hand.
            decision.sudo().write(
                {
                    "state": "approved" if is_approved else "rejected",
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "note": note,
                }
            )
            decision._audit(
                "decision.approved" if is_approved else "decision.rejected",
                old=decision.old_value,
                new=decision.wanted_value,
                why=note,
            )
            decision._let_event_go_on()

    def _claim_events(self):
        """Make this transaction the only one that decides about the events.

        Of two people who decide the last two questions about an event each would see
        the other's open, and nobody would let it go on; see ``mfg.case._claim``.
        """
        # sudo: see _let_event_go_on.
        events = self.sudo().event_id
        if not events:
            return
        self.env.cr.execute(
            """
            UPDATE mfg_inbox_event AS event SET state = event.state
              FROM (SELECT id FROM mfg_inbox_event WHERE id = ANY(%s)
                     ORDER BY id FOR NO KEY UPDATE) AS locked
             WHERE event.id = locked.id
            """,
            (events.ids,),
        )

    def _let_event_go_on(self):
        """Handle the event once nothing is open about it, or reject it."""
        # sudo: who decides need not be an Operator, and events are the hub's.
        decision = self.sudo()
        event = decision.event_id
        if event.state == "processing":
            raise UserError(
                _("The event is being looked at. Decide again in a minute.")
            )
        if event.state not in ("waiting", "retry"):
            return
        if decision.state == "rejected":
            event._reject_as_decided(decision)
        elif not decision.search_count(
            [("event_uuid", "=", event.uuid), ("state", "=", "open")], limit=1
        ):
            event._queue_again()

    @api.model
    def _lapse(self, event):
        """Nothing is left to decide about the event: it is over."""
        for decision in self.sudo().search(
            [("event_uuid", "=", event.uuid), ("state", "=", "open")]
        ):
            decision.state = "lapsed"
            decision._audit("decision.lapsed", why=event.reason)

    def _audit_context(self):
        """Extended: the event is what led to it."""
        return {**super()._audit_context(), "mfg_causation_id": self.event_uuid}

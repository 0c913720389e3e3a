from datetime import timedelta
from uuid import uuid4

from odoo import _, fields, models
from odoo.exceptions import UserError

from .mfg_rule_step import Done, TurnBack, WaitUntil

FIRED = "mfg.rule.fired.v1"
#: An event that is waited for is looked for this often, besides being told of.
LOOK_AGAIN_S = 60


class MfgRuleStepCore(models.Model):
    """The actions that core can do by itself, and how each is undone."""

    _inherit = "mfg.rule.step"

    # -------------------------------------------------------------------- hold

    def _do_hold(self):
        """Hold the targets; one that has the same hold already keeps it."""
        targets, placed = self._targets(), self.env["mfg.hold"]
        if not hasattr(targets, "_mfg_check_holdable"):
            names = ", ".join(targets.mapped("display_name"))
            raise UserError(_("%(names)s cannot be held.", names=names))
        case = self.env["mfg.case"]._ensure(
            self._chain(), self._words(), self._document()
        )
        new = []
        for target in targets:
            before = self.env["mfg.hold"]._active_on(target)
            hold = self.env["mfg.hold"]._place(
                target,
                reason_code=self.reason_code or "manual",
                reason=self._words(),
                blocker=self._blocker(),
                clearer=self.clearer,
                case=case,
            )
            placed |= hold
            if hold not in before:
                new.append(hold.id)
        told = _("Held: %(names)s.", names=", ".join(targets.mapped("display_name")))
        return Done(told, placed[:1], {"holds": new})

    def _undo_hold(self):
        holds = self.env["mfg.hold"].browse((self.undo_data or {}).get("holds", []))
        lifted = holds.exists()._lift(self._undo_reason())
        return _("Holds lifted: %(count)s.", count=len(lifted))

    # ----------------------------------------------------------------- release

    def _do_release(self):
        """Lift the targets' active holds of the reason that the action names."""
        holds = self.env["mfg.hold"]._active_on(self._targets())
        holds = holds.filtered(
            lambda hold: (
                hold.reason_code == self.reason_code
                and (self.release_blocked or not hold.blocker_model)
            )
        )
        again = [
            {
                "model": hold.res_model,
                "id": hold.res_id,
                "reason_code": hold.reason_code,
                "reason": hold.reason,
                "clearer": hold.clearer,
                "blocker": [hold.blocker_model, hold.blocker_id],
            }
            for hold in holds
        ]
        lifted = holds._lift(self._words())
        return Done(
            _("Holds lifted: %(count)s.", count=len(lifted)), undo={"again": again}
        )

    def _undo_release(self):
        again = (self.undo_data or {}).get("again", [])
        for each in again:
            document = self.env[each["model"]].browse(each["id"]).exists()
            if not document:
                continue
            model, blocker_id = each["blocker"]
            blocker = self.env[model].browse(blocker_id).exists() if model else None
            self.env["mfg.hold"]._place(
                document,
                reason_code=each["reason_code"],
                reason=each["reason"],
                clearer=each["clearer"],
                blocker=blocker or None,
            )
        return _("Holds placed again: %(count)s.", count=len(again))

    # ------------------------------------------------------------------ notify

    def _do_notify(self):
        self._tell(self._words())
        return Done(_("Told: %(text)s", text=self._words()))

    def _undo_notify(self):
        text = _(
            "Taken back: %(text)s (%(why)s)",
            text=self._words(),
            why=self._undo_reason(),
        )
        self._tell(text)
        return _("Told that it was taken back.")

    def _tell(self, text):
        """Write it on the targets, or as a note of the hub where they take none."""
        for target in self._targets():
            if not hasattr(target, "message_post"):
                self.env["mfg.hub.note"]._note(
                    "trouble", f"{target.display_name}: {text}"
                )
                continue
            target.message_post(
                body=text,
                message_type="notification",
                subtype_xmlid="mail.mt_comment" if self.user_ids else "mail.mt_note",
                partner_ids=self.user_ids.partner_id.ids,
                # A connector's user may have no address to post from.
                author_id=self.env.ref("base.partner_root").id,
            )

    # -------------------------------------------------------------------- emit

    def _do_emit(self):
        """Owe ``mfg.rule.fired.v1`` to everybody who subscribed to it."""
        messages = self.env["mfg.outbox.message"]
        for target in self._targets():
            messages |= self._emit_fired(target, "done")
        told = _("Messages owed: %(count)s.", count=len(messages))
        return Done(told, undo={"messages": messages.ids})

    def _undo_emit(self):
        """Call back what was not sent yet; of the rest, say that it is undone."""
        owed = (self.undo_data or {}).get("messages", [])
        messages = self.env["mfg.outbox.message"].browse(owed).exists()
        called_back = messages.filtered(
            lambda message: message._set_state(
                "cancelled",
                allowed=("pending", "retry", "held"),
                reason_code="rule_undone",
                reason=self._undo_reason(),
            )
        )
        if messages - called_back:
            for target in self._targets():
                self._emit_fired(target, "undone")
        return _(
            "Called back: %(back)s of %(all)s.",
            back=len(called_back),
            all=len(messages),
        )

    def _emit_fired(self, target, phase):
        data = {
            "rule": self.run_id.rule_id.key or self.run_id.name,
            "phase": phase,
            "document": {"type": target._name, "name": target.display_name},
            "text": self._words(),
        }
        return self.env["mfg.outbox.message"]._emit(
            FIRED, target, data, subject=target.display_name
        )

    # -------------------------------------------------------------------- wait

    def _do_wait(self):
        """Wait for a time, or until an event about the same came in."""
        until = self.begun_at + timedelta(seconds=self.wait_s)
        now = fields.Datetime.now()
        if self.wait_for == "time":
            if now >= until:
                return Done(_("The time is over."))
            return WaitUntil(until, _("Waits until %(moment)s UTC.", moment=until))
        event_type = self.wait_event_type_id.name
        event = self._awaited_event()
        if event:
            return Done(_("%(event)s came.", event=event.display_name))
        if now >= until:
            why = _("%(event)s did not come in time.", event=event_type)
            return TurnBack(why) if self.on_timeout == "fail" else Done(why)
        look_again = min(until, now + timedelta(seconds=LOOK_AGAIN_S))
        told = _(
            "Waits for %(event)s, until %(moment)s UTC.", event=event_type, moment=until
        )
        return WaitUntil(look_again, told)

    def _undo_wait(self):
        return _("Nothing to undo.")

    def _awaited_event(self):
        """The event that is waited for, when it was handled since the run began."""
        run = self.run_id
        return self.env["mfg.inbox.event"].search(
            [
                ("event_type", "=", self.wait_event_type_id.name),
                ("state", "=", "processed"),
                ("processed_at", ">=", run.create_date),
                ("uuid", "!=", run.causation_id or ""),
                "|",
                ("correlation_id", "=", run.correlation_id or ""),
                "&",
                ("res_model", "=", run.res_model),
                ("res_id", "=", run.res_id),
            ],
            order="id",
            limit=1,
        )

    # -------------------------------------------------------------- compensate

    def _do_compensate(self):
        return TurnBack(self._words())

    def _undo_compensate(self):
        return _("Nothing to undo.")

    # ------------------------------------------------------------------ shared

    def _chain(self):
        """Correlation id of the run; begun here when its cause had none."""
        run = self.run_id
        if not run.correlation_id:
            run.correlation_id = str(uuid4())
        return run.correlation_id

    def _undo_reason(self):
        run = self.run_id
        return _("“%(rule)s” was undone: %(why)s", rule=run.name, why=run.reason or "")

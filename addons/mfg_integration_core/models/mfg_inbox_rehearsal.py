from odoo import _, models
from odoo.exceptions import UserError

from ..exceptions import MfgIntegrationError
from ..unit_of_work import rehearse
from .mfg_replay_mixin import REPLAYED_FROM

#: More of what an event would change is counted, not told.
MOST_EFFECTS = 5


class MfgInboxRehearsal(models.Model):
    """What handling an event again would do, found out by doing it and undoing it."""

    _inherit = "mfg.inbox.event"

    def _foresee(self):
        """What another try would do now, in words; nothing of it stays.

        :return: ``(fails, text)``
        """
        self.ensure_one()
        connector = self.connector_id
        try:
            return False, rehearse(
                self.env.registry,
                lambda env: env["mfg.inbox.event"].browse(self.id)._rehearse(),
                uid=connector.user_id.id,
                context=self._handling_context(connector),
            )
        except (MfgIntegrationError, UserError) as error:
            return True, _("Would fail again: %(error)s", error=error)
        except Exception as error:  # noqa: BLE001  what fails here would fail there
            return True, _(
                "Would fail again: %(kind)s: %(error)s",
                kind=type(error).__name__,
                error=error,
            )

    def _rehearse(self):
        """Handle the event in a transaction that is undone; what it did, in words."""
        event = self.sudo()
        if event.native and self.env.context.get("mfg_remap"):
            # Read anew: as it would be mapped now, or with the draft at hand.
            event.payload = False
        entries, messages = (
            event.env[model] for model in ("mfg.audit.entry", "mfg.outbox.message")
        )
        last_entry, last_message = _last_id(entries), _last_id(messages)
        event._set_state("processing", allowed=(*REPLAYED_FROM, "received"))
        state = self._handle_as_user()
        # Audit and messages of computed states are written just before a commit.
        self.env.cr.flush()
        if "ignored" in (state, event.state):
            return event.reason or _("Would be ignored.")
        told = [
            event.env["mfg.case"]._entry_title(entry)
            for entry in entries.search([("id", ">", last_entry)], order="id")
        ]
        for message in messages.search([("id", ">", last_message)], order="id"):
            told.append(
                _(
                    "To %(connector)s: %(type)s",
                    connector=message.connector_id.name,
                    type=message.event_type,
                )
            )
        return self._effects_told(told, event._document())

    def _effects_told(self, told, document):
        """The effects of an event in one text."""
        if not told and document:
            told = [_("Would concern %(document)s.", document=document.display_name)]
        if len(told) > MOST_EFFECTS:
            more = len(told) - MOST_EFFECTS
            told = [*told[:MOST_EFFECTS], _("and %(count)s more", count=more)]
        return "\n".join(told) or _("Would be handled; nothing else would change.")


def _last_id(model):
    return model.search([], order="id desc", limit=1).id or 0

from odoo import models

#: States of a message that its partner has, or may have.
REACHED = ("delivering", "delivered", "acknowledged", "retry")
#: So many messages, or words of the partner, back is looked.
LOOKED_BACK = 10
#: How an event may have crossed what its sender was told.
ECHO, OVERTAKEN = "echo", "overtaken"


class MfgEventEcho(models.AbstractModel):
    """How an event that only repeats what we told its sender is told from news.

    Many systems call back whatever changes, our own messages included. What was changed
    here meanwhile is on its way to them, and an echo must not undo it: the other
    partners would be told, would call that back, and so on for ever.
    """

    _inherit = "mfg.event.handler"

    def _crossing(self, event, record, told_by, member):
        """How the event crossed what the partner was told; None for news.

        ``echo``: it only repeats that. ``overtaken``: a message of ours has overwritten
        at the partner what it says here.

        Where the partner counts the changes and tells so in its answers
        (``answer/version`` of its template), the counts decide, however late it calls.
        Else it is an echo of the last message that the partner could know of when its
        call came. Once it has said something of its own since our last message,
        whatever it says is news again.

        Ask only for what would change something: it costs some queries.

        :param told_by: type of the messages that tell the same to the partner
        :param member: of ``data``, in these messages and in the event
        """
        about = [
            ("connector_id", "=", event.connector_id.id),
            ("res_model", "=", record._name),
            ("res_id", "=", record.id),
        ]
        reached = [*about, ("event_type", "=", told_by), ("state", "in", REACHED)]
        version, counted = self._said(event).version, None
        if version is not None:
            counted = self._told(reached, ("partner_version", ">", 0), limit=1)
        if counted and version < counted.partner_version:
            return ECHO if self._counted(reached, {version}) else OVERTAKEN
        if counted and version == counted.partner_version:
            told = counted
        else:
            after = [("id", ">", counted.id)] if counted else []
            told = self._last_known(event, [*reached, *after])
        if not told or told.snapshot["data"].get(member) != event.data[member]:
            return None
        if self._is_followed(about, told):
            return ECHO
        return None if self._has_spoken(event, about, told, reached) else ECHO

    def _told(self, reached, *terms, limit=None):
        """The messages that are meant, the newest first.

        :param reached: a domain, as of those that the partner has
        """
        # sudo: a connector's user does not read what was exchanged.
        messages = self.env["mfg.outbox.message"].sudo()
        return messages.search([*reached, *terms], order="id desc", limit=limit)

    def _counted(self, reached, versions):
        """Those of the versions that the partner counted for messages of ours."""
        same = self._told(reached, ("partner_version", "in", list(versions)))
        # A message without a count is no version 0.
        return set(same.mapped("partner_version")) - {0}

    def _last_known(self, event, reached):
        """The newest message that was on its way when the event came."""
        newest = self._told(reached, limit=LOOKED_BACK)
        for message in newest:
            begun = message.attempt_ids.mapped("started_at")
            if not begun or min(begun) <= event.received_at:
                return message
        return newest.browse()

    def _is_followed(self, about, told):
        """Whether a newer message of the kind is owed, or there already.

        It brings the partner to where we are, whatever it has said in between.
        """
        newer = [
            ("event_type", "=", told.event_type),
            ("state", "in", ("pending", "held", *REACHED)),
            ("id", ">", told.id),
        ]
        return bool(self._told(about, *newer, limit=1))

    def _has_spoken(self, event, about, told, reached):
        """Whether the partner said something of its own since it was told that.

        :param about: the domain of what was exchanged with it about the record
        :param reached: of the messages whose echoes are nothing of its own
        """
        spoken = [
            *about,
            ("event_type", "=", event.event_type),
            ("state", "=", "processed"),
            # Not the ids: what came before may be handled after.
            ("processed_at", ">=", told.create_date.replace(microsecond=0)),
        ]
        # sudo: as for the messages.
        events = self.env["mfg.inbox.event"].sudo()
        said = events.search(spoken, order="id desc", limit=LOOKED_BACK)
        versions = {self._said(each).version for each in said}
        if None in versions:
            return True
        return bool(versions - self._counted(reached, versions))

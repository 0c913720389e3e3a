from odoo import models

#: States of a message that its partner has, or may have.
REACHED = ("delivering", "delivered", "acknowledged", "retry")
#: So many messages back is looked for the one that an event may repeat.
LOOKED_BACK = 10


class MfgEventEcho(models.AbstractModel):
    """How an event that only repeats what we told its sender is told from news.

    Many systems call back whatever changes, our own messages included. What was changed
    here meanwhile is on its way to them, and an echo must not undo it: the other
    partners would be told, would call that back, and so on for ever.
    """

    _inherit = "mfg.event.handler"

    def _is_echo(self, event, record, told_by, member):
        """Whether the partner only repeats what it was told.

        Where it counts the changes and tells so in its answers (``answer/version`` of
        its template), the counts decide, however late it calls. Else it is the last
        message that the partner could know of when its call came. Once it has said
        something of its own since that message, whatever it says is news again.

        Ask only for what would change something: it costs some queries.

        :param told_by: type of the messages that tell the same to the partner
        :param member: of ``data``, in these messages and in the event
        """
        reached = self._reached(event, record, told_by)
        version = self._said(event).version
        counted = self._last_counted(reached) if version is not None else None
        if counted and version < counted.partner_version:
            return self._is_counted(version, reached)
        if counted and version == counted.partner_version:
            told = counted
        else:
            told = self._last_known(event, reached, counted)
        return (
            bool(told)
            and told.snapshot["data"].get(member) == event.data[member]
            and not self._has_spoken(event, record, told, reached)
        )

    def _is_overtaken(self, event, record, told_by):
        """Whether a message of ours has overwritten at the partner what it says here.

        Known only of a partner that counts, and tells so in its answers.

        :param told_by: type of the messages that tell the same to the partner
        """
        version = self._said(event).version
        if version is None:
            return False
        reached = self._reached(event, record, told_by)
        counted = self._last_counted(reached)
        return (
            bool(counted)
            and version < counted.partner_version
            and not self._is_counted(version, reached)
        )

    def _reached(self, event, record, told_by):
        """The domain of the messages of that type that the partner has."""
        return [
            *self._about(event, record),
            ("event_type", "=", told_by),
            ("state", "in", REACHED),
        ]

    def _about(self, event, record):
        """The domain of what was exchanged with the sender about the record."""
        return [
            ("connector_id", "=", event.connector_id.id),
            ("res_model", "=", record._name),
            ("res_id", "=", record.id),
        ]

    def _last_counted(self, reached):
        """The newest message whose answer told what the partner counts."""
        counted = [*reached, ("partner_version", ">", 0)]
        # sudo: a connector's user does not read what was exchanged.
        messages = self.env["mfg.outbox.message"].sudo()
        return messages.search(counted, order="id desc", limit=1)

    def _is_counted(self, version, reached):
        """Whether the partner counted a message of ours so."""
        same = [*reached, ("partner_version", "=", version)]
        # sudo: as above.
        messages = self.env["mfg.outbox.message"].sudo()
        return version > 0 and bool(messages.search_count(same, limit=1))

    def _last_known(self, event, reached, counted):
        """The newest message that was on its way when the event came.

        :param counted: only messages after this one, if it is given
        """
        # sudo: as above.
        messages = self.env["mfg.outbox.message"].sudo()
        newest = messages.search(reached, order="id desc", limit=LOOKED_BACK)
        for message in newest:
            if counted and message.id <= counted.id:
                break
            begun = message.attempt_ids.mapped("started_at")
            if not begun or min(begun) <= event.received_at:
                return message
        return messages

    def _has_spoken(self, event, record, told, reached):
        """Whether the partner said something of its own since it was told that.

        :param reached: the domain of the messages whose echoes are nothing of its own
        """
        # sudo: as above.
        said = (
            self.env["mfg.inbox.event"]
            .sudo()
            .search(
                [
                    *self._about(event, record),
                    ("event_type", "=", event.event_type),
                    ("state", "=", "processed"),
                    # Not the ids: what came before may be handled after.
                    ("processed_at", ">=", told.create_date.replace(microsecond=0)),
                ]
            )
        )
        versions = {self._said(each).version for each in said}
        return any(
            version is None or not self._is_counted(version, reached)
            for version in versions
        )

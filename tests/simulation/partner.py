"""The partner: dedupes by id, or is naive and can be asked what it has."""

from .database import BrokenInvariant


class Partner:
    """Keeps a ledger of what took effect; it never forgets.

    :param dedupes: takes a message that it has already for the same one
    """

    def __init__(self, dedupes, lanes):
        self.dedupes = dedupes
        self.ledger = [[] for _lane in range(lanes)]
        self.busy_until = [0.0] * lanes

    def expect(self, message, now, arrives_at):
        """A request is under way; it is there, or lost, at ``arrives_at``.

        :raise BrokenInvariant: another one of the lane still is under way, or the
            message is not to be sent any more
        """
        if now < self.busy_until[message.lane]:
            raise BrokenInvariant(f"two of lane {message.lane} are in flight")
        if message.expires_at is not None and now >= message.expires_at:
            raise BrokenInvariant(f"{message.name} is sent after its time to live")
        self.busy_until[message.lane] = arrives_at

    def take(self, message):
        """The message has its effect.

        :raise BrokenInvariant: a second one, or one out of order
        """
        ledger = self.ledger[message.lane]
        if message in ledger:
            if self.dedupes:
                return
            raise BrokenInvariant(f"{message.name} had its effect twice")
        ledger.append(message)

    def has(self, message):
        return message in self.ledger[message.lane]

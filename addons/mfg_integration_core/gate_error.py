from odoo.exceptions import UserError

from .exceptions import GateError


class GateUserError(UserError, GateError):
    """A gate's refusal, as plain text for people and as an outcome for handlers.

    On a screen it is a ``UserError``, whose text Odoo shows as it is. For the handler
    of an event it is a ``GateError``: the event waits until the holds are lifted.

    :param message: what is refused, blocked by what, since when, who can clear it
    :param holds: the active ``mfg.hold`` records that stand against it
    """

    def __init__(self, message, holds=()):
        super().__init__(message)
        self.holds = holds


# The web client picks the dialog by this name and shows a name that it does not know
# as a crash with a traceback, however plain the text is.
GateUserError.__module__ = UserError.__module__
GateUserError.__name__ = UserError.__name__

"""One exchange with a partner, made of as many requests as the partner wants.

Every request of an exchange, be it a log-in, a look-up or the one that matters, takes
the same way out: :meth:`Conversation.ask` or, when it has an effect, ``tell``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..exceptions import PermanentDeliveryError
from .template_auth import ConnectorView
from .template_request import PreparedRequest
from .template_session import Session, SessionKeeper


class Conversation:
    """The requests and answers of one exchange.

    :param connector: whom it is with
    :param keeper: the session of the line, shared with other exchanges
    :param send: sends one request; returns an answer with ``status``, ``headers`` and
        ``body``, or raises that there was none
    :param assert_in_time: raises when it is too late for anything that has an effect
    """

    def __init__(
        self,
        connector: ConnectorView,
        keeper: SessionKeeper,
        send: Callable,
        assert_in_time: Callable[[], None],
    ):
        self.connector = connector
        self._keeper = keeper
        self._send = send
        self._assert_in_time = assert_in_time

    def ask(self, request: PreparedRequest):
        """The answer to a request that changes nothing at the partner."""
        return self._call(request, lambda: None)

    def tell(self, request: PreparedRequest):
        """The answer to a request that has an effect; never sent too late."""
        return self._call(request, self._assert_in_time)

    def _call(self, request: PreparedRequest, assert_in_time: Callable[[], None]):
        session = self._keeper.get(self._send)
        assert_in_time()
        reply = self._send(_within(session, request))
        if not self._keeper.has_ended(reply):
            return reply
        # The partner has ended the session, so it did not do what it was asked.
        self._keeper.drop(session)
        session = self._keeper.get(self._send)
        assert_in_time()
        reply = self._send(_within(session, request))
        if self._keeper.has_ended(reply):
            raise PermanentDeliveryError(
                f"The partner ended the session right after the log-in, with"
                f" {reply.status}.",
                code="session_refused",
                remedy="Ask the partner whether the connector's user may use the API.",
            )
        return reply


def _within(session: Session, request: PreparedRequest) -> PreparedRequest:
    """The request as part of a session."""
    if not session.headers:
        return request
    return replace(request, headers={**request.headers, **session.headers})

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from odoo import _, models


@dataclass(frozen=True)
class Sent:
    """A request as it is recorded, with the credentials masked."""

    method: str
    url: str
    headers: dict
    body: bytes | None


@dataclass(frozen=True)
class Answer:
    """What a partner answered, and what it calls the thing that it made.

    :ivar version: the partner's count of the changes of that thing, this one included
    :ivar sent: the request that it answers, when that is another than the exchange's
    """

    status: int
    headers: dict
    body: bytes
    reference: str | None = None
    version: int | None = None
    sent: Sent | None = None


@dataclass(frozen=True)
class Line:
    """An open line to a partner; adapters extend it by what they keep open.

    :ivar adapter: technical name of the adapter that opened it
    """

    adapter: str


@dataclass
class Exchange:
    """One prepared call; it holds all it needs, since no transaction is open then.

    The call may take more requests than the one told here, which is the first or the
    one that matters; each answer says which request it belongs to.

    ``perform`` takes two callables. One is told each answer, in order, so that what
    the partner said is recorded even when it means an error. The other is called right
    before anything is sent that has an effect, and raises when it is too late for it.

    :ivar headers: as they are recorded, with the credentials masked
    """

    method: str
    url: str
    headers: dict
    body: bytes
    perform: Callable[[Callable[[Answer], None], Callable[[], None]], Answer] = field(
        repr=False
    )


class MfgConnectorAdapter(models.AbstractModel):
    """Speaks one dialect; retries, states and leases belong to core."""

    _name = "mfg.connector.adapter"
    _description = "Connector Adapter"

    def _of(self, connector):
        """The adapter that speaks the connector's dialect."""
        return self.env[f"mfg.connector.adapter.{connector.adapter}"]

    @contextmanager
    def _open(self, connector) -> Iterator[Line]:
        """What all exchanges of one stretch of work share, closed at its end."""
        yield Line(self._name)

    def _prepare_exchange(self, line, message, uncertain) -> Exchange:
        """The call that delivers ``message``, with everything read that it needs.

        :param uncertain: an earlier attempt may have reached the partner; look
            before something is made a second time
        :raise PermanentDeliveryError: the message can't be put into the dialect
        """
        raise NotImplementedError(f"{self._name} delivers nothing")

    def _fetch(self, line, request, read: Callable[[Answer], object]):
        """What ``read`` makes of the partner's answer to ``request``.

        Called without an open transaction; errors come without the secrets.

        :param request: as the template prepared it
        :raise RetryableDeliveryError, PermanentDeliveryError: there is no good answer
        """
        raise NotImplementedError(f"{self._name} polls nothing")

    def _try_out(self, line, operation, message, send):
        """What becomes of a message, told call by call with secrets masked.

        :param operation: name of the operation; None tries the connection test
        :param message: the envelope, with ``reference`` where the partner's is known
        :param send: whether it is really sent and takes effect
        :return: a ``Told`` of ``protocols/template_trial.py``
        """
        raise NotImplementedError(
            _("%(adapter)s has no trial of its template", adapter=self._name)
        )

    def _check(self, line) -> str:
        """Call something harmless at the partner and say what it answered."""
        raise NotImplementedError(
            _("%(adapter)s has no connection test", adapter=self._name)
        )

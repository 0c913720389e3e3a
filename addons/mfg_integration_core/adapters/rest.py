import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from urllib3 import exceptions as http_errors

from odoo import _, models

from ..exceptions import (
    MfgIntegrationError,
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from ..protocols.client_tls import broke_off, explain
from ..protocols.guarded_session import GuardedSession
from ..protocols.masking import Mask
from ..protocols.template import Template
from ..protocols.template_auth import ConnectorView
from ..protocols.template_conversation import Conversation
from ..protocols.template_request import PreparedRequest
from ..protocols.template_session import SessionKeeper
from ..protocols.template_trial import Trial
from .mfg_connector_adapter import Answer, Exchange, Line, Sent

#: Longest answer that is read; a partner that sends more is not the one we think.
MAX_ANSWER_BYTES = 1048576
_CHUNK_BYTES = 65536


class MfgConnectorAdapterRest(models.AbstractModel):
    """HTTP APIs that a declarative template describes."""

    _name = "mfg.connector.adapter.rest"
    _inherit = "mfg.connector.adapter"
    _description = "REST Adapter"

    @contextmanager
    def _open(self, connector):
        try:
            line = self._line(connector)
        except MfgIntegrationError as error:
            yield DeadLine(self._name, error)
            return
        try:
            yield line
        finally:
            line.session.close()

    def _line(self, connector):
        """An open line, with everything read that its exchanges need."""
        template = connector._get_template()
        view = self._connector_view(connector)
        mask = Mask(
            [view["secret"]],
            username=view["username"],
            headers=template.secret_headers,
        )
        return RestLine(
            self._name,
            template,
            view,
            connector._network().open(),
            mask,
            template.session_keeper(view, mask.learn),
        )

    def _prepare_exchange(self, line, message, uncertain):
        line.assert_alive()
        # Not the line's: the plant of the message may have words of its own.
        template = message.connector_id._get_template(message)
        operation = template.operation(message.operation)
        document = message._envelope()
        if operation.wants_reference:
            document["reference"] = message.document_reference or None
        first = operation.request(document, line.connector)

        def perform(seen, assert_in_time):
            heard = []
            try:
                with line.mask.errors():
                    talk = line.conversation(heard, assert_in_time)
                    done = operation.perform(talk, document, uncertain, first)
            finally:
                # Only now: a log-in on the way may have taught the mask a secret.
                for request, answer in heard:
                    seen(line.as_recorded(answer, request, first))
            reply = done.reply
            return Answer(
                reply.status, reply.headers, reply.body, done.reference, done.version
            )

        sent = line.as_sent(first)
        return Exchange(sent.method, sent.url, sent.headers, sent.body, perform)

    def _check(self, line):
        line.assert_alive()
        with line.mask.errors():
            talk = line.conversation([], lambda: None)
            answer = line.template.check_connection(talk)
        request = line.as_sent(line.template.check_request(line.connector))
        return _(
            "%(method)s %(url)s was answered with %(status)s.",
            method=request.method,
            url=request.url,
            status=answer.status,
        )

    def _try_out(self, line, operation, message, send):
        line.assert_alive()
        trial = Trial(line.template, operation, message, line.connector)
        if not send:
            return trial.foresee()
        return trial.perform(line.sender(lambda _request, _answer: None))

    def _connector_view(self, connector):
        """What a template may know of a connector, its newest secret included."""
        secrets = connector._secrets("outbound")
        return {
            "base_url": connector.base_url,
            "username": connector.username or "",
            "secret": secrets[0] if secrets else "",
        }


@dataclass(frozen=True)
class DeadLine(Line):
    """A line that cannot be opened; whoever wants to use it is told why."""

    error: MfgIntegrationError

    def assert_alive(self):
        """Raise what stood in the way: an unreadable secret, a disarmed database."""
        raise self.error


@dataclass(frozen=True)
class RestLine(Line):
    """An open line to an HTTP API.

    :ivar connector: what the template may know of the connector; holds its secret
    :ivar mask: takes that secret, and those of log-ins, out of what is recorded
    :ivar keeper: the session of this line, where the partner wants a log-in
    """

    template: Template
    connector: ConnectorView = field(repr=False)
    session: GuardedSession
    mask: Mask
    keeper: SessionKeeper = field(repr=False)

    def assert_alive(self):
        """Return: this line is open."""

    def conversation(self, heard: list, assert_in_time) -> Conversation:
        """An exchange on this line.

        :param heard: gets ``(request, answer)`` of each request
        """
        send = self.sender(lambda request, answer: heard.append((request, answer)))
        return Conversation(self.connector, self.keeper, send, assert_in_time)

    def sender(self, heard):
        """A callable that sends a request and returns the answer.

        :param heard: told request and answer before anything is concluded from it
        """
        return lambda request: send(
            self.session,
            request,
            self.template.limits,
            lambda answer: heard(request, answer),
        )

    def as_sent(self, request: PreparedRequest) -> Sent:
        """The request without credentials."""
        return Sent(
            request.method,
            self.mask.text(request.url),
            self.mask.headers(request.headers),
            self.mask.body(request.body),
        )

    def as_recorded(
        self, answer: Answer, request: PreparedRequest, first: PreparedRequest
    ) -> Answer:
        """The answer without the secret, which some partners repeat.

        :param first: the request that is recorded already
        """
        return replace(
            answer,
            headers=self.mask.headers(answer.headers),
            body=self.mask.body(answer.body),
            sent=None if request == first else self.as_sent(request),
        )


def send(session, request, limits, seen) -> Answer:
    """Send one request within its time limits and read the whole answer.

    :param seen: told the answer before anything is concluded from it
    :raise RetryableDeliveryError: no answer, or it broke off
    :raise PermanentDeliveryError: the answer is longer than any sensible one
    """
    deadline = time.monotonic() + limits.connect_s + limits.read_s
    try:
        with session.request(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            connect_s=limits.connect_s,
            read_s=limits.read_s,
        ) as response:
            body = _read(response, deadline)
            answer = Answer(response.status, dict(response.headers), body)
    except http_errors.SSLError as error:
        told = explain(urlsplit(request.url).hostname, error)
        if broke_off(error):
            raise RetryableDeliveryError(told, code="no_answer") from error
        raise PermanentDeliveryError(told, code="tls_refused") from error
    except http_errors.LocationValueError as error:
        raise PermanentDeliveryError(
            f"{request.url} is no address: {error}", code="bad_address"
        ) from error
    except (http_errors.HTTPError, TimeoutError) as error:
        raise RetryableDeliveryError(
            f"No answer ({_reason(error)}) from {request.url}.",
            code="no_answer",
            remedy="Check that the partner runs and that the address is right.",
        ) from error
    seen(answer)
    return answer


def _read(response, deadline) -> bytes:
    """The body of an answer, within the total time and size limits."""
    body = b""
    for chunk in response.stream(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise PermanentDeliveryError(
                f"The answer is longer than {MAX_ANSWER_BYTES} bytes. Check that the"
                " address is the one of the API.",
                code="answer_too_long",
            )
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    # All of it is read: another request may use the connection.
    response.release_conn()
    return body


def _reason(error: Exception) -> str:
    """The innermost cause of a network error, without object addresses and numbers."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

"""Partners that want a log-in first: sessions, and tokens of OAuth2.

One line to a partner has one session, which all of its threads share. It is opened when
the first request needs it, opened again once when the partner says that it has ended,
and dropped with the line. A log-in that was refused is not tried again on that line,
since partners lock accounts.

Source: RFC 6749, section 4.4 (client credentials).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..exceptions import MfgIntegrationError, PermanentDeliveryError
from . import http_headers, partner_words
from .expression import Expression, ExpressionError, TemplateFunctions
from .partner_words import UnreadableError
from .template_answer import AnswerRules
from .template_auth import HEADER_VALUE, ConnectorView, assert_given, basic
from .template_request import PreparedRequest, RequestPlan

ENDED_STATUS = (401,)
#: A token is renewed so long before it ends, since a request takes its time.
RENEW_BEFORE_S = 30.0
#: Requests that a session may add to one: log in, log in again, send again.
EXTRA_CALLS = 3


@dataclass(frozen=True)
class Session:
    """What a log-in gave.

    :ivar headers: to be sent with every request
    :ivar until: moment of ``time.monotonic`` when it has to be renewed; None = unknown
    """

    headers: Mapping[str, str] = field(repr=False)
    until: float | None = None


class SessionPlan:
    """How to log in, and what to do with what that gives.

    :param auth: of the template, scheme ``session`` or ``oauth2``
    """

    def __init__(
        self,
        auth: Mapping,
        file_name: str,
        functions: TemplateFunctions,
        rules: AnswerRules,
    ):
        def compiled(text: str | None, place: str) -> Expression | None:
            return text and Expression(text, f"{file_name}, {place}", functions)

        spec = auth if auth["scheme"] == "session" else _oauth2(auth)
        # The log-in itself carries the further headers, and no credentials but its own.
        further = {"scheme": "none", "headers": auth.get("headers", {})}
        self._login = RequestPlan(
            spec["login"], f"{file_name}, auth/login", functions, further
        )
        self._address = auth.get("token_url")
        self._basic = spec.get("client") == "basic"
        given = spec["session"]
        self._body = compiled(given.get("body"), "auth/session/body")
        self._header, self._cookie = given.get("header"), given.get("cookie")
        self._send = spec.get("send", {"cookie": self._cookie})
        self._lasts_s = compiled(spec.get("lasts_s"), "auth/lasts_s")
        ended = spec.get("ended", {})
        self._ended_status = frozenset(ended.get("status", ENDED_STATUS))
        self._ended_when = compiled(ended.get("when"), "auth/ended/when")
        self._rules = rules

    def request(self, connector: ConnectorView) -> PreparedRequest:
        """The request that logs in; it holds the secret.

        :raise PermanentDeliveryError: code ``credentials_missing``
        """
        assert_given(connector["secret"])
        who = {name: connector[name] for name in ("username", "secret")}
        request = self._login.prepare(who, connector, self._address)
        if self._basic:
            proof = basic(connector["username"], connector["secret"])
            headers = {**request.headers, "Authorization": proof}
            request = replace(request, headers=headers)
        return request

    def read(self, reply, learn: Callable[[str], None]) -> Session:
        """The session that the answer to the log-in gives.

        :param learn: told every secret in it, so that it is masked from now on
        :raise PermanentDeliveryError: the partner refuses, or gives none
        :raise RetryableDeliveryError: it may give one later
        """
        try:
            # First of all: an answer with an error in it is recorded, too.
            text = self._find(reply)
        except (UnreadableError, ExpressionError) as error:
            self._rules.check(reply)
            raise _no_session(str(error), reply) from error
        if text:
            learn(text)
        self._rules.check(reply)
        if not text or not HEADER_VALUE.fullmatch(text):
            raise _no_session("holds no session where the template looks", reply)
        until = None
        if self._lasts_s:
            until = _until(self._lasts_s, reply)
        return Session(self._headers(text), until)

    def has_ended(self, reply) -> bool:
        """Whether an answer says that the session is over."""
        if reply.status in self._ended_status:
            return True
        if not self._ended_when:
            return False
        try:
            content = partner_words.content_of(reply.headers, reply.body)
            return bool(self._ended_when.value(content))
        except (UnreadableError, ExpressionError):
            return False

    def _find(self, reply) -> str | None:
        if self._body:
            content = partner_words.content_of(reply.headers, reply.body)
            return self._body.text(content)
        if self._header:
            return http_headers.find(reply.headers, self._header)
        cookies = http_headers.find(reply.headers, "set-cookie") or ""
        name = re.escape(self._cookie)
        found = re.search(rf"(?:^|,)\s*{name}=([^;,\s]+)", cookies)
        return found and found[1]

    def _headers(self, session: str) -> dict[str, str]:
        if "cookie" in self._send:
            return {"Cookie": f"{self._send['cookie']}={session}"}
        layout = self._send.get("value", "{session}")
        return {self._send["header"]: layout.replace("{session}", session)}


class SessionKeeper:
    """The session of one line; its threads share it.

    :param plan: None for partners that want no log-in
    :param learn: told every secret that a log-in gives
    """

    def __init__(
        self,
        plan: SessionPlan | None,
        connector: ConnectorView,
        learn: Callable[[str], None],
    ):
        self._plan = plan
        self._connector = connector
        self._learn = learn
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._failure: MfgIntegrationError | None = None

    def get(self, send: Callable) -> Session:
        """The session, opened first where there is none.

        :param send: sends a request and returns the answer
        :raise PermanentDeliveryError, RetryableDeliveryError: it cannot be opened
        """
        if self._plan is None:
            return Session({})
        with self._lock:
            if self._session and _is_over(self._session):
                self._session = None
            if self._session is None:
                self._session = self._open(send)
            return self._session

    def has_ended(self, reply) -> bool:
        """Whether an answer says that the session is over."""
        return self._plan is not None and self._plan.has_ended(reply)

    def drop(self, session: Session) -> None:
        """Forget a session that has ended, unless another thread was quicker."""
        with self._lock:
            if self._session is session:
                self._session = None

    def _open(self, send: Callable) -> Session:
        if self._failure:
            raise self._failure
        try:
            return self._plan.read(
                send(self._plan.request(self._connector)), self._learn
            )
        except PermanentDeliveryError as error:
            self._failure = PermanentDeliveryError(
                f"The log-in failed. {error.detail}",
                code="login_refused",
                remedy=error.remedy or "Check user and secret of the connector.",
            )
            raise self._failure from error


def _oauth2(auth: Mapping) -> dict:
    """Client credentials, put as a log-in."""
    form = {"grant_type": "=client_credentials"}
    if "scope" in auth:
        form["scope"] = f"={auth['scope']}"
    if auth.get("client", "basic") == "body":
        form |= {"client_id": "username", "client_secret": "secret"}
    form |= {name: f"={text}" for name, text in auth.get("parameters", {}).items()}
    path = {"path": auth["token_path"]} if "token_path" in auth else {}
    return {
        "login": {"method": "POST", "form": form, **path},
        "client": auth.get("client", "basic"),
        "session": {"body": "access_token"},
        "send": {"header": "Authorization", "value": "Bearer {session}"},
        "lasts_s": "expires_in",
    }


def _until(lasts_s: Expression, reply) -> float | None:
    """When a session of that many seconds has to be renewed."""
    try:
        value = lasts_s.value(partner_words.content_of(reply.headers, reply.body))
        seconds = float(value)
    except (UnreadableError, ExpressionError, TypeError, ValueError):
        return None  # it ends when the partner says so
    return time.monotonic() + max(seconds - RENEW_BEFORE_S, seconds / 2)


def _is_over(session: Session) -> bool:
    return session.until is not None and time.monotonic() > session.until


def _no_session(how: str, reply) -> PermanentDeliveryError:
    said = partner_words.what_it_said(reply.headers, reply.body)
    return PermanentDeliveryError(
        f"The partner's answer to the log-in {how}. It said: {said}",
        code="login_refused",
        remedy="Check the address of the connector, its user and its secret.",
    )

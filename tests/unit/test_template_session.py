"""Sessions and tokens: one per line, shared by its threads, never kept too long."""

import json
import threading

import pytest
from mfg_integration_core.exceptions import (
    PermanentDeliveryError,
    RetryableDeliveryError,
)
from mfg_integration_core.protocols import template_session
from mfg_integration_core.protocols.masking import Mask
from mfg_integration_core.protocols.template import Template
from mfg_integration_core.protocols.template_answer import Reply
from mfg_integration_core.protocols.template_conversation import Conversation

CONNECTOR = {"base_url": "https://p.example.com", "username": "hub", "secret": "s3cret"}
TEXT = """
template: acme
name: Acme
version: 1
auth:
  scheme: session
  login: {method: POST, path: /session, body: {user: username, password: secret}}
  session: {body: id}
  send: {header: X-Session}
  lasts_s: ttl_s
check: {method: GET, path: /ping}
operations:
  tell: {event_type: mfg.ping.v1, method: POST, path: /told}
"""
AUTH = TEXT[TEXT.index("auth:") : TEXT.index("check:")]
FOREIGN = "auth: {scheme: oauth2, token_url: 'https://elsewhere.example.com/token'}\n"


class Partner:
    """Answers in this process, so that a test decides when.

    :ivar opened: sessions given out
    :ivar over: sessions that have ended
    """

    def __init__(self, ttl_s=None):
        self.opened, self.over, self.sent = [], set(), []
        self.ttl_s = ttl_s
        self.refusal = None
        self.lock = threading.Lock()

    def __call__(self, request):
        with self.lock:
            self.sent.append(request)
            if request.url.endswith("/session"):
                return self.refusal or self.open()
            session = request.headers.get("X-Session")
            return Reply(401 if session in self.over else 200)

    def open(self):
        self.opened.append(f"session-{len(self.opened)}")
        content = {"id": self.opened[-1], "ttl_s": self.ttl_s}
        return Reply(200, {}, json.dumps(content).encode())


class Line:
    def __init__(self, partner, text=TEXT):
        self.template = Template.load(text, "acme.yaml")
        self.learned = []
        self.keeper = self.template.session_keeper(CONNECTOR, self.learned.append)
        self.partner = partner

    def talk(self, assert_in_time=lambda: None):
        return Conversation(CONNECTOR, self.keeper, self.partner, assert_in_time)

    def tell(self, assert_in_time=lambda: None):
        return self.template.operation("tell").perform(self.talk(assert_in_time), {})


def test_session_is_opened_once_for_all_threads_of_a_line():
    line = Line(Partner())
    threads = [threading.Thread(target=line.tell) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert line.partner.opened == line.learned == ["session-0"]
    assert len(line.partner.sent) == 9


def test_session_that_has_ended_is_opened_once_more():
    line = Line(Partner())
    line.tell()
    line.partner.over.add("session-0")

    line.tell()

    assert line.partner.opened == ["session-0", "session-1"]


def test_partner_that_ends_every_session_at_once_is_not_asked_forever():
    line = Line(Partner())
    line.partner.over |= {"session-0", "session-1"}

    with pytest.raises(PermanentDeliveryError) as caught:
        line.tell()

    assert caught.value.code == "session_refused"
    assert len(line.partner.sent) == 4


@pytest.mark.parametrize(
    ("ttl_s", "passed_s", "opened"), [(3600, 3500, 1), (60, 31, 2)]
)
def test_session_is_renewed_before_it_ends(monkeypatch, ttl_s, passed_s, opened):
    now = [1000.0]
    monkeypatch.setattr(template_session.time, "monotonic", lambda: now[0])
    line = Line(Partner(ttl_s))
    line.tell()
    now[0] += passed_s

    line.tell()

    assert len(line.partner.opened) == opened


def test_refused_login_is_not_repeated_by_the_next_message():
    line = Line(Partner())
    line.partner.refusal = Reply(403, {}, b'{"error": "locked"}')

    for _message in range(3):
        with pytest.raises(PermanentDeliveryError, match="locked") as caught:
            line.tell()

    assert caught.value.code == "login_refused"
    assert len(line.partner.sent) == 1


def test_login_that_fails_for_now_is_tried_again():
    line = Line(Partner())
    line.partner.refusal = Reply(503)
    with pytest.raises(RetryableDeliveryError):
        line.tell()
    line.partner.refusal = None

    line.tell()

    assert line.partner.opened == ["session-0"]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, {}, b"{}"),
        Reply(200, {}, b""),
        Reply(200, {}, b"<html>Welcome</html>"),
        Reply(200, {}, b'{"id": "line\\r\\nbreak"}'),
        Reply(200, {}, b'{"id": {}}'),
        Reply(302, {"Location": "https://sso.example.com"}, b""),
    ],
)
def test_login_without_a_session_says_so(answer):
    line = Line(Partner())
    line.partner.refusal = answer

    with pytest.raises((PermanentDeliveryError, RetryableDeliveryError)) as caught:
        line.tell()

    assert caught.value.detail


def test_login_without_a_secret_is_refused_before_it_is_sent():
    line = Line(Partner())
    keeper = line.template.session_keeper(
        CONNECTOR | {"secret": ""}, line.learned.append
    )

    with pytest.raises(PermanentDeliveryError) as caught:
        keeper.get(line.partner)

    assert "credentials_missing" in (caught.value.code, caught.value.__cause__.code)
    assert line.partner.sent == []


def test_time_is_checked_after_the_login_and_before_the_effect():
    line = Line(Partner())

    def too_late():
        assert line.partner.opened == ["session-0"]
        raise TimeoutError

    with pytest.raises(TimeoutError):
        line.tell(too_late)

    assert [request.url[-7:] for request in line.partner.sent] == ["session"]


def test_check_takes_part_in_the_session():
    line = Line(Partner())

    line.template.check_connection(line.talk())

    assert line.partner.sent[-1].headers["X-Session"] == "session-0"


def test_session_is_masked_from_the_moment_it_is_known():
    mask = Mask(["s3cret"], username="hub", headers={"x-session"})

    mask.learn("abc-def-ghi")

    assert mask.text("s3cret and abc-def-ghi") == "*** and ***"
    assert mask.body(b"abc-def-ghi") == b"***"


def test_lease_covers_logins():
    plain = Template.load(
        TEXT.replace(
            TEXT[TEXT.index("auth:") : TEXT.index("check:")], "auth: {scheme: none}\n"
        ),
        "acme.yaml",
    )
    with_login = Line(Partner()).template

    assert plain.longest_exchange_s == plain.longest_effect_s == 20
    assert with_login.longest_exchange_s == 80


def test_token_is_fetched_from_the_connectors_own_host_only():
    line = Line(Partner(), TEXT.replace(AUTH, FOREIGN))

    with pytest.raises(PermanentDeliveryError) as caught:
        line.tell()

    assert "elsewhere.example.com" in caught.value.detail
    assert line.partner.sent == []

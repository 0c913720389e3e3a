"""The guard at connect time: a real server, and names that lead elsewhere."""

import socket
import threading

import pytest
from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.client_tls import ClientTls
from mfg_integration_core.protocols.guarded_session import GuardedSession
from mfg_integration_core.protocols.url_guard import UrlGuard, parse_networks
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .local_server import LOOPBACK, fetched, running

HOST = "cmms.example.com"
PUBLIC = "93.184.216.34"


class Names:
    """A DNS server that gives one answer after the other, the last one for good."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, host, port):
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def server():
    with running() as server:
        yield server


@pytest.fixture
def session(request):
    """``session(networks, names)`` opens one that is closed after the test."""

    def opened(networks="", names=None):
        guard = UrlGuard(parse_networks(networks))
        session = GuardedSession(guard, ClientTls(), *filter(None, [names]))
        request.addfinalizer(session.close)
        return session

    return opened


def get(session, server, host=HOST):
    return fetched(session, f"http://{host}:{server.port}/")


@pytest.mark.parametrize("host", [LOOPBACK, "localhost", "2130706433", "0x7f.1", "0"])
def test_k3_this_server_is_not_called_however_it_is_written(session, server, host):
    with pytest.raises(PermanentDeliveryError) as caught:
        get(session(), server, host)

    assert caught.value.code == "address_refused"
    assert server.requests == []


def test_k3_allowed_network_is_called(session, server):
    answer = get(session("127.0.0.0/8"), server, LOOPBACK)

    assert answer.status == 200
    assert len(server.requests) == 1


def test_k3_name_that_leads_into_a_private_network_is_refused(session, server):
    with pytest.raises(PermanentDeliveryError, match=f"{HOST}.*{LOOPBACK}"):
        get(session(names=Names([LOOPBACK])), server)

    assert server.requests == []


def test_k3_one_refused_address_among_public_ones_refuses_the_name(session, server):
    with pytest.raises(PermanentDeliveryError):
        get(session(names=Names([PUBLIC, LOOPBACK])), server)

    assert server.requests == []


def test_k3_name_is_asked_once_and_the_checked_address_is_connected_to(
    session, server, monkeypatch
):
    """A name that is public when checked and private a moment later gains nothing."""
    connected = []

    def connect(address, *_arguments, **_options):
        connected.append(address[0])
        raise ConnectionRefusedError

    names = Names([PUBLIC], [LOOPBACK])
    monkeypatch.setattr(
        "mfg_integration_core.protocols.guarded_session.create_connection", connect
    )

    with pytest.raises(NewConnectionError):
        get(session(names=names), server)

    assert names.asked == [HOST]
    assert connected == [PUBLIC]


def test_k3_name_that_changes_is_refused_at_the_next_connection(session, server):
    names = Names([LOOPBACK], ["169.254.169.254"])
    ours = session("127.0.0.0/8", names)
    get(ours, server)
    ours.close()

    with pytest.raises(PermanentDeliveryError, match="169.254.169.254"):
        get(ours, server)


def test_k3_redirect_is_an_answer_and_is_not_followed(session, server):
    with running() as inner:
        server.redirect = f"http://{LOOPBACK}:{inner.port}/"

        answer = get(session("127.0.0.1", Names([LOOPBACK])), server)

        assert answer.status == 302
        assert inner.requests == []


def test_k3_proxy_of_the_environment_is_ignored(session, server, monkeypatch):
    with running() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{LOOPBACK}:{proxy.port}")

        get(session("127.0.0.1", Names([LOOPBACK])), server)

        assert proxy.requests == []
        assert len(server.requests) == 1


def test_k3_second_address_is_tried_when_the_first_does_not_answer(session, server):
    answer = get(session("127.0.0.0/8", Names(["127.0.0.2", LOOPBACK])), server)

    assert answer.status == 200


def test_k3_unknown_name_is_a_network_error_that_is_tried_again(session, server):
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(NewConnectionError, match="is not known"):
        get(session(names=unknown), server)


def test_name_server_that_hangs_is_waited_for_no_longer_than_for_a_connection(
    session, server, request
):
    never = threading.Event()
    request.addfinalizer(never.set)

    with pytest.raises(ConnectTimeoutError, match="name server"):
        get(session(names=lambda host, port: never.wait() and []), server)


def test_k3_connection_is_kept_alive(session, server):
    names = Names([LOOPBACK])
    ours = session("127.0.0.1", names)

    for _ in range(3):
        get(ours, server)

    assert len(names.asked) == 1

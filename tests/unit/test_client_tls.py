"""Certificates of both sides, on real TLS connections."""

import datetime
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from mfg_integration_core.exceptions import ConfigurationError
from mfg_integration_core.protocols.client_tls import (
    ClientTls,
    check_pair,
    expires_at,
    explain,
)
from mfg_integration_core.protocols.partner_network import PartnerNetwork
from mfg_integration_core.protocols.url_guard import UrlGuard, parse_networks
from urllib3.exceptions import SSLError

from .certificates import Authority
from .local_server import LOOPBACK, fetched, running


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def serve(authority, tmp_path, request):
    """``serve(name)`` starts a server with a certificate of the authority."""

    def start(name="localhost", *, by=None, days=90, asks_client=False, **names):
        issued = (by or authority).issue(name, days=days, **names)
        settings = authority.server_settings(tmp_path, issued, asks_client=asks_client)
        block = running(settings)
        server = block.__enter__()
        request.addfinalizer(lambda: block.__exit__(None, None, None))
        return server

    return start


def get(server, host="localhost", **tls):
    network = PartnerNetwork(
        UrlGuard(parse_networks("127.0.0.1, ::1")), ClientTls(**tls)
    )
    with network.open() as session:
        return fetched(session, f"https://{host}:{server.port}/")


def refusal(server, host="localhost", **tls):
    """What a person is told about a connection that is refused."""
    with pytest.raises(SSLError) as caught:
        get(server, host, **tls)
    return explain(host, caught.value)


def test_k4_authority_that_is_not_trusted_is_refused_in_plain_words(serve):
    server = serve()

    told = refusal(server)

    assert "localhost is not trusted" in told
    assert "Trusted Authorities" in told
    assert server.requests == []


def test_k4_private_authority_is_accepted(serve, authority):
    server = serve()

    answer = get(server, authorities=authority.pem)

    assert answer.status == 200


def test_k4_private_authority_replaces_all_others(serve, authority):
    server = serve(by=Authority("Another CA"))

    assert "not trusted" in refusal(server, authorities=authority.pem)


def test_k4_certificate_for_another_host_is_refused(serve, authority):
    server = serve("another.example.com")

    told = refusal(server, authorities=authority.pem)

    assert "another host name" in told
    assert server.requests == []


def test_k4_certificate_for_another_address_is_refused(serve, authority):
    server = serve(address="127.0.0.9")

    assert "another address" in refusal(server, LOOPBACK, authorities=authority.pem)


def test_k4_expired_certificate_is_refused(serve, authority):
    server = serve(days=-1)

    assert "has expired" in refusal(server, authorities=authority.pem)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_k4_environment_of_the_server_makes_nobody_trusted(
    serve, authority, name, tmp_path, monkeypatch
):
    bundle = tmp_path / "authority.pem"
    bundle.write_text(authority.pem)
    monkeypatch.setenv(name, str(bundle))
    server = serve()

    assert "is not trusted" in refusal(server)
    assert server.requests == []


def test_k4_client_certificate_is_presented(serve, authority):
    server = serve(asks_client=True)
    client = authority.issue("odoo-hub")

    answer = get(
        server,
        authorities=authority.pem,
        certificate=client.certificate,
        key=client.key,
    )

    assert answer.status == 200
    assert server.requests == [("/", "odoo-hub")]


def test_k4_partner_that_wants_a_client_certificate_is_named(serve, authority):
    server = serve(asks_client=True)

    told = refusal(server, authorities=authority.pem)

    assert "Client Certificate" in told
    assert server.requests == []


def test_k4_key_never_lies_open_on_a_disk(authority, tmp_path, monkeypatch):
    written = []
    client = authority.issue("odoo-hub")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write = Path.write_bytes
    monkeypatch.setattr(
        Path,
        "write_bytes",
        lambda path, data: written.append(data) or write(path, data),
    )

    ClientTls(certificate=client.certificate, key=client.key).context()

    (content,) = written
    assert b"ENCRYPTED PRIVATE KEY" in content
    assert client.key.splitlines()[1].encode() not in content
    assert list(tmp_path.iterdir()) == []


def test_k4_key_does_not_show(authority):
    tls = ClientTls(key=authority.issue("odoo-hub").key)

    assert "PRIVATE KEY" not in repr(PartnerNetwork(tls=tls))


def test_k4_key_of_another_certificate_is_refused(authority):
    one, other = authority.issue("one"), authority.issue("other")

    with pytest.raises(ConfigurationError, match="does not belong"):
        check_pair(one.certificate, other.key)


def test_k4_key_with_a_password_is_refused_with_a_remedy(authority):
    client = authority.issue("odoo-hub")
    protected = (
        serialization.load_pem_private_key(client.key.encode(), None)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        )
        .decode()
    )

    with pytest.raises(ConfigurationError, match="openssl pkey"):
        check_pair(client.certificate, protected)


@pytest.mark.parametrize("text", ["", "certificate", "-----BEGIN CERTIFICATE-----\nx"])
def test_k4_text_that_is_no_certificate_is_refused(text):
    with pytest.raises(ConfigurationError, match="BEGIN"):
        expires_at(text)


def test_k4_first_certificate_to_expire_counts(authority):
    soon, late = authority.issue("soon", days=10), authority.issue("late", days=80)

    found = expires_at(late.certificate + soon.certificate)

    left = found - datetime.datetime.now(datetime.timezone.utc)
    assert left.days in (9, 10)

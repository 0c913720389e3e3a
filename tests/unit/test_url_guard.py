"""Which addresses a connector may call."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.exceptions import ConfigurationError, PermanentDeliveryError
from mfg_integration_core.protocols.url_guard import UrlGuard, parse_networks

HOST = "cmms.example.com"
REFUSED = {
    "loopback": "127.0.0.1",
    "loopback, any of its addresses": "127.8.9.10",
    "IPv6 loopback": "::1",
    "unspecified": "0.0.0.0",
    "IPv6 unspecified": "::",
    "this network": "0.1.2.3",
    "class A private": "10.1.2.3",
    "class B private": "172.16.0.9",
    "class C private": "192.168.1.1",
    "carrier-grade NAT": "100.64.0.1",
    "unique local": "fd12:3456:789a::1",
    "site local": "fec0::1",
    "link-local": "169.254.1.1",
    "IPv6 link-local": "fe80::1",
    "IPv6 link-local with a zone": "fe80::1%eth0",
    "metadata of clouds": "169.254.169.254",
    "IPv6 metadata of clouds": "fd00:ec2::254",
    "multicast": "224.0.0.251",
    "IPv6 multicast": "ff02::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "documentation": "192.0.2.1",
    "IPv4-mapped loopback": "::ffff:127.0.0.1",
    "IPv4-mapped metadata": "::ffff:a9fe:a9fe",
    "IPv4-mapped public": "::ffff:93.184.216.34",
    "IPv4-compatible": "::10.0.0.1",
    "NAT64": "64:ff9b::10.0.0.1",
    "local NAT64": "64:ff9b:1::10.0.0.1",
    "6to4": "2002:7f00:1::",
}


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
def test_k3_address_that_is_not_public_is_refused(address):
    with pytest.raises(PermanentDeliveryError) as caught:
        UrlGuard().check_address(HOST, address)

    assert caught.value.code == "address_refused"
    assert HOST in str(caught.value)
    assert str(ip_address(address)) in str(caught.value)
    assert "Allowed Networks" in str(caught.value)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111"])
def test_k3_public_address_is_called(address):
    UrlGuard().check_address(HOST, address)


@pytest.mark.parametrize(
    ("networks", "address"),
    [
        ("127.0.0.0/8", "127.0.0.1"),
        ("10.20.0.0/16, 192.168.7.12", "192.168.7.12"),
        ("10.20.0.0/16\n192.168.7.12", "10.20.255.1"),
        ("fd12::/16", "fd12:3456::1"),
        ("169.254.169.254", "169.254.169.254"),
        ("127.0.0.0/8", "::ffff:127.0.0.1"),
        ("64:ff9b::/96", "64:ff9b::5db8:d822"),
    ],
)
def test_k3_address_in_an_allowed_network_is_called(networks, address):
    UrlGuard(parse_networks(networks)).check_address(HOST, address)


@pytest.mark.parametrize(
    ("networks", "address"),
    [
        ("10.20.0.0/16", "10.21.0.1"),
        ("127.0.0.0/8", "::1"),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1"),
        ("::ffff:0:0/96", "::ffff:169.254.169.254"),
    ],
)
def test_k3_an_allowed_network_opens_no_other(networks, address):
    with pytest.raises(PermanentDeliveryError):
        UrlGuard(parse_networks(networks)).check_address(HOST, address)


@given(st.ip_addresses())
def test_k3_every_address_is_either_public_or_refused(address):
    def passes(guard):
        try:
            guard.check_address(HOST, str(address))
        except PermanentDeliveryError:
            return False
        return True

    assert not passes(UrlGuard()) or address.is_global
    assert passes(UrlGuard((ip_network(address),))) or address.version == 6


@pytest.mark.parametrize(
    "url",
    [
        "ftp://cmms.example.com/",
        "file:///etc/passwd",
        "gopher://cmms.example.com/",
        "https://user:pass@cmms.example.com/",
        "https://cmms.example.com@127.0.0.1/",
        "https:///path",
        "//cmms.example.com/",
        "http://[::1",
    ],
)
def test_k3_anything_but_plain_http_to_a_host_is_refused(url):
    with pytest.raises(PermanentDeliveryError) as caught:
        UrlGuard().check_url(url)

    assert caught.value.code == "address_refused"
    assert "user:pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("the plant", "10.20.0.0/16"),
        ("10.20.0.0/33", "10.20.0.0/16"),
        ("10.20.0.5/16", "10.20.0.0/16"),
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
    ],
)
def test_k3_list_of_networks_that_is_wrong_is_refused_with_advice(text, advice):
    with pytest.raises(ConfigurationError) as caught:
        parse_networks(text)

    assert caught.value.code == "bad_network"
    assert advice in str(caught.value)


def test_k3_no_list_allows_nothing_more():
    assert parse_networks(None) == parse_networks(" ") == ()

"""What a key opens, and from where."""

import pytest
from mfg_integration_core.exceptions import ConfigurationError, NotPermittedError
from mfg_integration_core.protocols.key_scope import (
    UNLIMITED,
    KeyScope,
    assert_source,
    is_source,
    read_sources,
)

PLANT = read_sources("10.20.0.0/16, 192.168.7.12 fd12:3456::/48")


@pytest.mark.parametrize(
    "address",
    ["10.20.0.1", "10.20.255.255", "192.168.7.12", "fd12:3456::7", "::ffff:10.20.3.4"],
)
def test_k1_address_in_one_of_the_networks_is_a_source(address):
    assert is_source(address, PLANT)


@pytest.mark.parametrize(
    "address",
    ["10.21.0.1", "192.168.7.13", "fd12:3457::7", "::ffff:10.21.0.1", "", None, "cell"],
)
def test_k1_any_other_address_is_none(address):
    assert not is_source(address, PLANT)


def test_k1_address_with_its_interface_is_the_same_address():
    assert is_source("fe80::1%eth0", read_sources("fe80::/10"))


def test_k1_empty_list_takes_calls_from_everywhere():
    assert_source("203.0.113.9", read_sources(""), "This connector")
    assert_source(None, read_sources(None), "This connector")


def test_k1_refusal_names_the_address_that_arrived():
    with pytest.raises(NotPermittedError, match=r"203\.0\.113\.9") as refused:
        assert_source("203.0.113.9", PLANT, "This connector")

    problem = refused.value.as_problem()
    assert (problem["status"], problem["code"]) == (403, "address_refused")
    assert "administrator" in problem["remedy"]


@pytest.mark.parametrize(
    "text", ["10.20.0.0/33", "cell-1", "10.20.0.1/16", "0.0.0.0/0"]
)
def test_k1_list_that_is_none_is_refused_when_it_is_written(text):
    with pytest.raises(ConfigurationError):
        read_sources(text)


def test_k1_key_without_limits_opens_all_doors_for_all_events():
    UNLIMITED.assert_opens("events", "203.0.113.9")
    UNLIMITED.assert_opens("outbox", None)
    UNLIMITED.assert_may_send("mfg.ping.v1")
    UNLIMITED.assert_may_send(None)


def test_k1_key_opens_the_doors_that_it_is_for():
    scope = KeyScope(doors=frozenset({"events"}))

    scope.assert_opens("events", "10.20.0.1")
    with pytest.raises(NotPermittedError) as refused:
        scope.assert_opens("outbox", "10.20.0.1")
    assert refused.value.code == "door_refused"


def test_k1_key_has_addresses_of_its_own():
    scope = KeyScope(networks=PLANT)

    scope.assert_opens("events", "10.20.0.1")
    with pytest.raises(NotPermittedError) as refused:
        scope.assert_opens("events", "10.21.0.1")
    assert refused.value.code == "address_refused"


@pytest.mark.parametrize("event_type", ["mfg.machine.count.v1", None])
def test_k1_key_sends_only_events_of_its_types(event_type):
    scope = KeyScope(event_types=frozenset({"mfg.ping.v1"}))

    scope.assert_may_send("mfg.ping.v1")
    with pytest.raises(NotPermittedError, match="mfg.ping.v1") as refused:
        scope.assert_may_send(event_type)
    assert refused.value.code == "type_refused"

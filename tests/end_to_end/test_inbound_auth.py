"""Partners that prove themselves by key, login or token, at every door."""

import json
import uuid

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import identity_provider
from tests.fakes.identity_provider import AUDIENCE, SUBJECT
from tests.openapi_reader import OpenApiReader

from .doors import EDGE, EVENTS, letter
from .own_partner import Partner, assert_refused, basic

LOOPBACK = "127.0.0.1/32"
#: Nothing is sent to the vendor.
NOBODY = "http://127.0.0.1:9"
KEYS_COME_WITHIN_S = 90


# ------------------------------------------------------------------ API keys


def test_k1_partner_with_a_key_sends_events_and_asks_how_far_they_came(keyed):
    sent_with = f"Bearer {keyed.new_key()}"

    for door in (EVENTS, EDGE):
        taken = keyed.send(sent_with, door)
        assert taken.status == 202, taken.body
        path = f"/messages/{taken.json['uuid']}"
        assert keyed.call("GET", path, authorization=sent_with).status == 200
        assert_refused(keyed.call("GET", path), "credentials_missing", "Bearer")


def test_k1_unknown_and_wrong_keys_get_the_same_answer(keyed):
    key = keyed.new_key()
    another = Partner(keyed.live, inbound_auth="api_key").new_key()

    answers = [
        keyed.send(f"Bearer {sent}")
        for sent in (
            key[:-1] + ("A" if key[-1] != "A" else "B"),
            another,
            "x",
            "\u00ff",
        )
    ]

    for answer in answers:
        assert_refused(answer, "key_wrong", f'Bearer realm="{keyed.code}"')
    assert len({answer.body for answer in answers}) == 1
    assert_refused(keyed.send(), "credentials_missing", "Bearer")


def test_k1_two_keys_are_in_force_until_one_of_them_is_revoked(keyed):
    old, new = keyed.new_key(), keyed.new_key()
    assert [keyed.send(f"Bearer {key}").status for key in (old, new)] == [202, 202]

    keyed.admin.call("mfg.api.key", "action_revoke", [keyed.key_record(old)])

    assert [keyed.send(f"Bearer {key}").status for key in (old, new)] == [401, 202]


def test_k1_expired_key_is_refused_as_an_unknown_one(keyed):
    key = keyed.new_key()
    keyed.admin.write(
        "mfg.api.key", keyed.key_record(key), expires_at="2026-01-01 00:00:00"
    )

    assert_refused(keyed.send(f"Bearer {key}"), "key_wrong", "Bearer")


def test_k1_last_use_of_a_key_is_shown_and_its_record_is_not_written(keyed):
    key = keyed.new_key()
    record = keyed.key_record(key)
    written = keyed.live.value(f"SELECT xmin FROM mfg_api_key WHERE id = {record}")

    keyed.send(f"Bearer {key}")
    keyed.send(f"Bearer {key}")

    (shown,) = keyed.admin.call("mfg.api.key", "read", [record], ["last_used_at"])
    assert shown["last_used_at"]
    assert written == keyed.live.value(
        f"SELECT xmin FROM mfg_api_key WHERE id = {record}"
    )


def test_k1_signature_opens_no_door_that_asks_for_a_key(keyed):
    sent = letter(EVENTS)
    sent.path = f"/mfg/v1/events/{keyed.code}"

    assert_refused(sent.post(keyed.live), "credentials_missing", "Bearer")


def test_c4_partner_that_signs_is_asked_for_its_signature(live):
    partner = Partner(live)

    answers = [partner.send(sent) for sent in (None, "Bearer mfgk_1_x")]
    answers.append(partner.call("GET", f"/messages/{_stored_by(live)}"))

    for answer in answers[:2]:
        asked = f'Webhook-Signature realm="{partner.code}"'
        assert_refused(answer, "secret_missing", asked)
    asked = 'Webhook-Signature realm="assembly-edge"'
    assert_refused(answers[2], "signature_missing", asked)


def _stored_by(live):
    """The uuid of an event that the line's agent sent."""
    return letter(EVENTS).post(live).json["uuid"]


def test_c5_partner_that_fetches_proves_itself_by_its_key(live):
    partner = Partner(live, inbound_auth="api_key", adapter="pull")
    sent_with = f"Bearer {partner.new_key()}"
    outbox = f"/outbox/{partner.code}"

    page = partner.call("GET", outbox, authorization=sent_with)
    assert page.status == 200, page.body

    sent = letter(EVENTS)
    sent.body = json.dumps({"acknowledgements": []}).encode()
    sent.content_type = "application/json"
    assert partner.call("POST", f"{outbox}/ack", sent, sent_with).status == 200
    assert_refused(partner.call("GET", outbox), "credentials_missing", "Bearer")


def test_c8_refusals_of_a_door_that_asks_for_a_key_are_as_documented(keyed):
    url = f"{keyed.live.url}/mfg/v1/openapi.json"
    served = OpenApiReader(json_http.get(url).json)
    path = f"/mfg/v1/events/{keyed.code}"

    for sent in (None, "Bearer x", "Basic eDp5"):
        assert served.faults("POST", path, keyed.send(sent)) == []


# ------------------------------------------------------------------ Basic


def test_c5_partner_logs_in_where_the_administrator_allows_it(live):
    values = {"inbound_auth": "basic", "inbound_username": "hüb"}
    with pytest.raises(Exception, match="weakest proof"):
        Partner(live, **values)
    partner = Partner(live, basic_allowed=True, **values)
    password = partner.new_key()

    assert partner.send(basic("hüb", password)).status == 202
    wrong = [basic("hub", password), basic("hüb", "x"), basic("", "")]
    answers = [partner.send(sent) for sent in wrong]
    for answer in answers:
        assert_refused(answer, "login_wrong", f'Basic realm="{partner.code}"')
    assert len({answer.body for answer in answers}) == 1
    assert_refused(partner.send("Basic !"), "credentials_malformed", "Basic")
    assert_refused(partner.send(f"Bearer {password}"), "credentials_missing", "Basic")


# ------------------------------------------------------------------ tokens


@pytest.fixture
def provider():
    with identity_provider.started() as one:
        yield one


@pytest.fixture
def unfetched(live, provider):
    """A partner with tokens, whose provider's keys nobody asked for yet."""
    return Partner(
        live,
        inbound_auth="jwt",
        jwt_issuer=provider.issuer,
        jwt_audience=AUDIENCE,
        jwks_url=provider.jwks_url,
        jwt_claim_value=SUBJECT,
        allowed_networks=LOOPBACK,
    )


@pytest.fixture
def tokened(unfetched):
    """The same, once an administrator fetched the keys."""
    unfetched.admin.call("mfg.connector", "action_fetch_keys", [unfetched.id])
    return unfetched


def test_c5_partner_with_a_token_is_taken_and_others_are_refused(tokened, provider):
    asked = provider.asked

    assert tokened.send(f"Bearer {provider.token()}").status == 202
    refused = tokened.send(f"Bearer {provider.token(sub='somebody')}")
    assert_refused(refused, "token_wrong", "Bearer")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    expired = tokened.send(f"Bearer {provider.token(exp=1)}")
    assert_refused(expired, "token_expired", "Bearer")
    assert_refused(tokened.send("Bearer x"), "token_malformed", "Bearer")
    assert_refused(tokened.send(), "credentials_missing", "Bearer")

    # No call at a door asks the provider anything.
    assert provider.asked == asked


def test_c5_rotation_at_the_provider_heals_by_itself(tokened, provider):
    provider.rotate("RS256")
    # The keys were fetched a moment ago; a provider is not asked that often.
    until(
        lambda: tokened.send(f"Bearer {provider.token()}").status == 202,
        "the new keys are fetched",
        within_s=KEYS_COME_WITHIN_S,
    )

    assert provider.asked <= 4


def test_c5_sweeper_fetches_the_keys_that_nobody_asked_for(unfetched, provider):
    until(
        lambda: unfetched.live.value(
            "SELECT fetched_at FROM mfg_key_set WHERE connector_id = %s", unfetched.id
        ),
        "the keys are fetched",
        within_s=KEYS_COME_WITHIN_S,
    )

    assert unfetched.send(f"Bearer {provider.token()}").status == 202


def test_c5_provider_that_is_down_or_stalls_costs_no_known_partner_its_door(
    tokened, provider
):
    connector = "mfg.connector"
    for trouble in ("refuses", "stalls", "lies"):
        provider.status = 503 if trouble == "refuses" else 200
        if trouble == "stalls":
            provider.stalled.set()
        else:
            provider.stalled.clear()
        published = provider.key_set
        if trouble == "lies":
            provider.key_set = {"message": "<html>"}
        with pytest.raises(Exception, match="stay in force"):
            tokened.admin.call(connector, "action_fetch_keys", [tokened.id])
        provider.key_set = published
        assert tokened.send(f"Bearer {provider.token()}").status == 202

    (shown,) = tokened.admin.call(connector, "read", [tokened.id], ["key_set_failure"])
    assert "JWKS" in shown["key_set_failure"]


def test_c5_provider_inside_the_plant_is_called_only_where_it_is_allowed(
    live, tokened, provider
):
    tokened.admin.write("mfg.connector", tokened.id, allowed_networks=False)
    asked = provider.asked

    with pytest.raises(Exception, match="Allowed Networks"):
        tokened.admin.call("mfg.connector", "action_fetch_keys", [tokened.id])

    assert provider.asked == asked


# ------------------------------------------------------------------ webhooks


def test_c5_vendor_without_a_signature_of_its_own_proves_itself_by_its_key(live):
    partner = Partner(
        live, inbound_auth="api_key", template="posted_form", base_url=NOBODY
    )
    key = partner.new_key()
    sent = letter(EVENTS)
    sent.content_type = "application/x-www-form-urlencoded"
    sent.body = f"event=happened&no=form-{uuid.uuid4()}&number=1".encode()
    address = f"/hooks/{partner.code}"

    try:
        taken = partner.call("POST", address, sent, f"Bearer {key}")
        assert taken.status == 202, taken.body
        refused = partner.call("POST", address, sent, "Bearer x")
        assert_refused(refused, "key_wrong", "Bearer")
        unsigned = partner.call("POST", address, sent)
        assert_refused(unsigned, "credentials_missing", "Bearer")
    finally:
        # The plant outlives the test, and nobody answers there.
        partner.admin.write("mfg.connector", partner.id, active=False)


def test_c5_vendor_that_signs_in_its_own_way_goes_on_doing_so(live):
    """A key in place of its signature opens nothing."""
    sent = letter("hooks/cmms")
    sent.without = ("X-Cmms-Signature",)
    sent.headers = {"Authorization": "Bearer mfgk_1_x"}

    answer = sent.post(live)

    assert (answer.status, answer.json["code"]) == (401, "signature_missing")

"""What a key or a connector is limited to: addresses, doors, types; and the counts."""

import json
import uuid
from collections import Counter

from devkit import json_http

from .doors import EDGE, EVENTS, letter
from .own_partner import Partner

#: The tests call from the loopback network.
ELSEWHERE, HERE = "10.20.0.0/16", "10.20.0.0/16, 127.0.0.0/8, ::1"


def assert_not_permitted(answer, code):
    """It is a problem document that says what is not permitted, and what to do."""
    assert answer.status == 403, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == code, answer.json
    assert answer.json["remedy"]


def limit(partner, key, **values):
    """Limit a key; what is named by its code is looked up."""
    admin = partner.admin
    for name, model, by in (
        ("door_ids", "mfg.door", "code"),
        ("event_type_ids", "mfg.event.type", "name"),
    ):
        if name in values:
            ids = admin.search(model, [(by, "in", values[name])])
            values[name] = [(6, 0, ids)]
    admin.write("mfg.api.key", partner.key_record(key), **values)


def counted(partner, code):
    """How often the partner's doors answered that."""
    rows = partner.admin.search(
        "mfg.door.counter",
        [("connector_code", "=", partner.code), ("code", "=", code)],
    )
    return len(rows)


def test_k1_connector_takes_calls_from_its_addresses_only(keyed):
    sent_with = f"Bearer {keyed.new_key()}"
    taken = keyed.send(sent_with).json["uuid"]
    keyed.admin.write("mfg.connector", keyed.id, allowed_sources=ELSEWHERE)

    for answer in (
        keyed.send(sent_with),
        keyed.send(sent_with, EDGE),
        keyed.send(),
        keyed.call("GET", f"/messages/{taken}", authorization=sent_with),
        keyed.call("GET", f"/outbox/{keyed.code}", authorization=sent_with),
    ):
        assert_not_permitted(answer, "address_refused")
        assert "127.0.0.1" in answer.json["detail"]
    assert counted(keyed, "address_refused") == 1
    keyed.admin.write("mfg.connector", keyed.id, allowed_sources=HERE)
    assert keyed.send(sent_with).status == 202


def test_c11_answers_about_progress_are_counted_like_those_of_other_doors(keyed):
    sent_with = f"Bearer {keyed.new_key()}"
    path = f"/messages/{keyed.send(sent_with, EDGE).json['uuid']}"
    before = tally(keyed.live, keyed.code), tally(keyed.live, "")

    keyed.call("GET", path)
    keyed.call("GET", path, authorization=sent_with)
    keyed.call("GET", f"/messages/{uuid.uuid4()}", authorization=sent_with)

    assert tally(keyed.live, keyed.code) - before[0] == {
        (401, "credentials_missing"): 1,
        (200, "accepted"): 1,
    }
    assert tally(keyed.live, "") - before[1] == {(404, "unknown_message"): 1}


def tally(live, code):
    """How often the doors gave each answer to a connector; "" = to nobody known."""
    rows = live.sql(
        "SELECT status, code, sum(count)::integer FROM mfg_door_counter"
        " WHERE connector_code = %s GROUP BY status, code",
        code,
    )
    return Counter({(status, answer): count for status, answer, count in rows})


def test_k1_who_signs_calls_from_the_connectors_addresses_too(live):
    partner = Partner(live, allowed_sources=ELSEWHERE)

    assert_not_permitted(partner.send(), "address_refused")


def test_k1_header_of_a_caller_does_not_change_its_address(keyed):
    sent_with = f"Bearer {keyed.new_key()}"
    keyed.admin.write("mfg.connector", keyed.id, allowed_sources=ELSEWHERE)
    sent = letter(EVENTS, None)
    headers = {
        "Authorization": sent_with,
        "Content-Type": sent.content_type,
        "X-Forwarded-For": "10.20.0.1",
        "X-Forwarded-Host": "hub.example.com",
    }

    url = f"{keyed.live.url}/mfg/v1/events/{keyed.code}"
    answer = json_http.call("POST", url, sent.body, headers)

    # The server of the tests is not in proxy mode, so nobody speaks for the caller.
    assert_not_permitted(answer, "address_refused")


def test_k1_key_is_refused_from_other_addresses_than_its_own(keyed):
    here, elsewhere = keyed.new_key(), keyed.new_key()
    limit(keyed, here, allowed_sources=HERE)
    limit(keyed, elsewhere, allowed_sources=ELSEWHERE)

    assert keyed.send(f"Bearer {here}").status == 202
    assert_not_permitted(keyed.send(f"Bearer {elsewhere}"), "address_refused")


def test_k1_key_opens_its_doors_and_no_others(keyed):
    key = keyed.new_key()
    limit(keyed, key, door_ids=["events"])

    taken = keyed.send(f"Bearer {key}")

    assert taken.status == 202, taken.body
    assert_not_permitted(keyed.send(f"Bearer {key}", EDGE), "door_refused")
    path = f"/messages/{taken.json['uuid']}"
    answer = keyed.call("GET", path, authorization=f"Bearer {key}")
    assert_not_permitted(answer, "door_refused")
    assert counted(keyed, "door_refused") == 1


def test_k1_key_sends_events_of_its_types_and_no_others(keyed):
    key = keyed.new_key()
    limit(keyed, key, event_type_ids=["mfg.rule.fired.v1"])

    for door in (EVENTS, EDGE):
        assert_not_permitted(keyed.send(f"Bearer {key}", door), "type_refused")
    sent = json.loads(letter(EVENTS, None).body)
    url = f"{keyed.live.url}/mfg/v1/events/{keyed.code}"
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/cloudevents-batch+json",
    }
    batch = json_http.call("POST", url, json.dumps([sent]).encode(), headers)
    (result,) = batch.json["results"]
    assert (result["status"], result["problem"]["code"]) == ("invalid", "type_refused")

"""Two versions of a contract side by side, the older one on its way out."""

import itertools
import json

import pytest

from devkit import json_http
from devkit.poll import until
from tests.openapi_reader import OpenApiReader

from .doors import EVENTS, cloudevent
from .own_connector import given_connector

V1, V2 = "mfg.test.weighed.v1", "mfg.test.weighed.v2"
BATCH = "application/cloudevents-batch+json"
numbers = itertools.count(1)


@pytest.fixture
def scales(live):
    return given_connector(live, f"scales-{next(numbers)}")


def weighing(connector, number, event_type, **data):
    """A letter with a weighing, and the id of its event."""
    event_id = f"{connector.code}-{number}"
    sent = connector.letter(EVENTS)
    sent.body = json.dumps(cloudevent(event_id, event_type, data, event_id)).encode()
    return sent, event_id


def grams(live, event_id):
    return live.value("SELECT number FROM mfg_test_effect WHERE name = %s", event_id)


def uses(live, connector):
    return live.sql(
        "SELECT event_type, use_count FROM mfg_contract_use WHERE connector_id = %s",
        connector.id,
    )


def test_c6_both_versions_have_the_same_effect(live, scales):
    old, old_id = weighing(scales, 1, V1, weight=1500)
    new, new_id = weighing(scales, 2, V2, weight_kg=2.5)

    answers = [old.post(live), new.post(live)]

    assert [answer.status for answer in answers] == [202, 202]
    until(lambda: grams(live, old_id) == 1500, "the old version is handled")
    until(lambda: grams(live, new_id) == 2500, "the new version is handled")


def test_c6_use_of_the_old_version_is_announced_and_counted(live, scales):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)
    old, _id = weighing(scales, 1, V1, weight=1500)
    new, _id = weighing(scales, 2, V2, weight_kg=2.5)

    answer, again, modern = old.post(live), old.post(live), new.post(live)

    for told in (answer, again):
        assert told.headers["Deprecation"] == "@1788220800"
        assert told.headers["Sunset"] == "Wed, 01 Sep 2027 00:00:00 GMT"
        assert (
            f'</mfg/v1/contracts/{V2}>; rel="successor-version"'
            in (told.headers["Link"])
        )
        assert served.faults("POST", scales.path(EVENTS), told) == []
    assert modern.headers["Deprecation"] is None
    # The repeat is no further use.
    assert uses(live, scales) == [(V1, 1)]


def test_c6_uses_in_a_batch_are_counted_one_by_one(live, scales):
    events = [cloudevent(f"{scales.code}-{n}", V1, {"weight": n}) for n in range(5)]
    events += [cloudevent(f"{scales.code}-bad", V1, {"weight": "much"})]
    events += [cloudevent(f"{scales.code}-new", V2, {"weight_kg": 1})]
    sent = scales.letter(EVENTS)
    sent.body, sent.content_type = json.dumps(events).encode(), BATCH

    answer = sent.post(live)

    assert answer.headers["Deprecation"] == "@1788220800"
    assert uses(live, scales) == [(V1, 5)]


def test_c6_list_of_uses_says_who_when_and_what_instead(live, scales):
    weighing(scales, 1, V1, weight=1500)[0].post(live)
    admin = live.session()

    (use_id,) = admin.search("mfg.contract.use", [("connector_id", "=", scales.id)])
    use = admin.read(
        "mfg.contract.use",
        use_id,
        *("event_type", "use_count", "last_used_at", "sunset_on", "successor"),
    )

    assert use["last_used_at"]
    assert use["sunset_on"] == "2027-09-01"
    assert (use["event_type"], use["use_count"], use["successor"]) == (V1, 1, V2)


def test_c6_contracts_and_openapi_tell_what_is_deprecated(live):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)
    listed = json_http.get(f"{live.url}/mfg/v1/contracts")
    contract = json_http.get(f"{live.url}/mfg/v1/contracts/{V1}")

    told = {entry.pop("type"): entry for entry in listed.json["contracts"]}
    assert told[V1] == {
        "href": f"/mfg/v1/contracts/{V1}",
        "deprecated": "2026-09-01",
        "sunset": "2027-09-01",
        "successor": V2,
    }
    assert "deprecated" not in told[V2]
    assert contract.headers["Sunset"] == "Wed, 01 Sep 2027 00:00:00 GMT"
    for path, answer in (("contracts", listed), (f"contracts/{V1}", contract)):
        assert served.faults("GET", f"/mfg/v1/{path}", answer) == []
    schemas = served.document["components"]["schemas"]
    assert schemas[V1]["deprecated"] is True
    assert schemas[f"{V1}.data"]["x-mfg-sunset"] == "2027-09-01"
    assert "deprecated" not in schemas[V2]

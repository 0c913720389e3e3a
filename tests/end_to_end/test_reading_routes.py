"""What anybody may read: health and contracts."""

import pytest

from devkit import json_http


def test_health_says_that_the_runner_is_alive(live):
    answer = json_http.get(f"{live.url}/mfg/v1/health")

    assert answer.status == 200, answer.body
    health = answer.json
    assert health["status"] == "ok"
    assert health["runner_alive"] is True
    assert health["database_is_fixed"] is True
    assert health["keys_configured"] is True
    assert health["armed"] is True


def test_every_listed_contract_is_served_with_an_example(live):
    listed = json_http.get(f"{live.url}/mfg/v1/contracts").json["contracts"]

    assert {entry["type"] for entry in listed} >= {
        "mfg.machine.state.v1",
        "mfg.maintenance.reported.v1",
        "mfg.inspection.decided.v1",
    }
    for entry in listed:
        contract = json_http.get(f"{live.url}{entry['href']}").json
        assert contract["schema"]["$schema"].endswith("2020-12/schema")
        assert contract["example"]["type"] == entry["type"]


def test_an_unknown_contract_is_a_problem_document(live):
    answer = json_http.get(f"{live.url}/mfg/v1/contracts/mfg.nothing.v1")

    assert answer.status == 404
    assert answer.json["code"] == "unknown_event_type"


@pytest.mark.parametrize("uuid", ["nobody", "%00"])
def test_an_unknown_message_is_a_problem_document(live, uuid):
    answer = json_http.get(f"{live.url}/mfg/v1/messages/{uuid}")

    assert answer.status == 404
    assert answer.json["code"] == "unknown_message"
    assert answer.json["title"] == "Unknown message"

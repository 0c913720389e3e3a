"""What the machine sends is what the contracts promise."""

import json

import pytest

from devkit import json_http
from devkit.poll import until


@pytest.fixture
def sent_events(machine, odoo):
    """Every event of the machine's recorded day, as it came over the wire."""
    chapters = ("start", "morning", "fault", "restart", "afternoon")
    for chapter in chapters:
        json_http.post(
            f"{machine.url}/_control/play",
            {"chapter": chapter, "job_order": "WH/MO/00001"},
        )
        until(lambda: _is_done(machine), f"{chapter} is played")
    return [event for request in odoo.requests for event in json.loads(request.body)]


def _is_done(machine):
    progress = json_http.get(f"{machine.url}/_control/progress").json
    return not progress["playing"] and not progress["owed"]


def test_events_are_cloudevents_whose_data_keeps_the_contract(sent_events, contracts):
    from mfg_integration_core.protocols import cloudevents

    for event in sent_events:
        cloudevents.check_envelope(event)
        contracts.check(event["type"], event["data"])
    assert len(sent_events) == 53


def test_batch_is_signed_as_the_door_wants_it(sent_events, odoo):
    from mfg_integration_core.protocols import webhook_signature

    from tests.fakes.fixtures import WHSEC

    for request in odoo.requests:
        now = float(request.headers["webhook-timestamp"])
        webhook_signature.verify([WHSEC], request.headers, request.body, now)

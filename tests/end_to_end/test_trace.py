"""One trace from a partner's request to ours."""

import json
import re

import pytest

from devkit.poll import until

from .doors import CMMS_HOOK, EVENTS, letter
from .maintenance_requests import is_delivered, request_maintenance

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def stored_trace(live, answer):
    assert answer.status == 202, answer.body
    return live.value(
        "SELECT traceparent FROM mfg_inbox_event WHERE uuid = %s", answer.json["uuid"]
    )


@pytest.mark.parametrize("door", [EVENTS, CMMS_HOOK])
def test_l8_trace_of_the_request_is_kept_with_the_event(live, door):
    sent = letter(door)
    sent.headers = {"traceparent": PARENT}

    assert stored_trace(live, sent.post(live)) == PARENT


def test_l8_trace_of_the_event_goes_before_that_of_the_request(live):
    own = PARENT.replace("00f067aa0ba902b7", "b7ad6b7169203331")
    sent = letter(EVENTS)
    sent.body = json.dumps({**json.loads(sent.body), "traceparent": own}).encode()
    sent.headers = {"traceparent": PARENT}

    assert stored_trace(live, sent.post(live)) == own


def test_l8_invalid_trace_of_a_request_is_ignored(live):
    sent = letter(EVENTS)
    sent.headers = {"traceparent": "nonsense"}

    assert stored_trace(live, sent.post(live)) is None


def test_l8_partner_gets_the_trace_with_our_request(live):
    request_id = request_maintenance(live)

    until(lambda: is_delivered(live, request_id), "delivered")

    ((kept, sent),) = live.sql(
        """
        SELECT message.traceparent, attempt.request_headers ->> 'traceparent'
          FROM mfg_outbox_message message
          JOIN mfg_delivery_attempt attempt ON attempt.message_id = message.id
         WHERE message.res_model = 'maintenance.request' AND message.res_id = %s
        """,
        request_id,
    )
    assert sent == kept
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", sent)

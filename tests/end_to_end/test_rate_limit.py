"""A connector's events per minute, counted over all worker processes together."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from devkit import json_http
from tests.openapi_reader import OpenApiReader

from .doors import EDGE, EVENTS, letter
from .own_connector import given_connector

BATCH = "application/cloudevents-batch+json"
PER_MINUTE = 10
CALLS = 30
numbers = itertools.count(1)


@pytest.fixture
def limited(live):
    """A connector that may send ten events a minute."""
    code = f"limited-{next(numbers)}"
    return given_connector(live, code, events_per_minute=PER_MINUTE)


def batch(connector, door, size):
    sent = connector.letter(door)
    events = [json.loads(letter(door).body) for _ in range(size)]
    sent.body, sent.content_type = json.dumps(events).encode(), BATCH
    return sent


def refusals(live, connector):
    return live.value(
        "SELECT COALESCE(sum(count), 0) FROM mfg_door_counter"
        " WHERE connector_code = %s AND status = 429 AND code = 'rate_limited'",
        connector.code,
    )


def test_k9_workers_share_one_limit(live, limited):
    letters = [limited.letter(EVENTS) for _ in range(CALLS)]

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda sent: sent.post(live), letters))

    taken = [answer for answer in answers if answer.status == 202]
    refused = [answer for answer in answers if answer.status == 429]
    # One is filled in every six seconds, and the calls take less than that.
    assert PER_MINUTE <= len(taken) <= PER_MINUTE + 1
    assert len(taken) + len(refused) == CALLS
    assert refusals(live, limited) == len(refused)
    for answer in refused:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["code"] == "rate_limited"
        assert 1 <= int(answer.headers["Retry-After"]) <= 6
        assert ";r=0;" in answer.headers["RateLimit"]


@pytest.mark.parametrize("door", [EVENTS, EDGE])
def test_k9_answers_tell_what_is_left(live, limited, door):
    served = OpenApiReader(json_http.get(f"{live.url}/mfg/v1/openapi.json").json)

    first = batch(limited, door, 4).post(live)
    second = batch(limited, door, 9).post(live)
    third = limited.letter(door).post(live)

    assert [first.status, second.status, third.status] == [202, 202, 429]
    for answer in (first, second, third):
        assert answer.headers["RateLimit-Policy"] == '"events";q=10;qu="events";w=60'
        assert served.faults("POST", limited.path(door), answer) == []
    assert first.headers["RateLimit"].startswith('"events";r=6;')
    # Taken while something was left; three more than that are paid back first.
    assert second.headers["RateLimit"].startswith('"events";r=0;')
    assert int(third.headers["Retry-After"]) > 12


def test_k9_calls_that_prove_nothing_use_nothing_up(live, limited):
    for _ in range(PER_MINUTE):
        forged = limited.letter(EVENTS)
        forged.signed = b"something else"
        assert forged.post(live).status == 401

    answer = limited.letter(EVENTS).post(live)

    assert answer.status == 202
    assert answer.headers["RateLimit"].startswith('"events";r=9;')


def test_k9_limit_that_is_lifted_ends_at_once(live, limited):
    batch(limited, EVENTS, PER_MINUTE + 1).post(live)
    assert limited.letter(EVENTS).post(live).status == 429

    live.session().write("mfg.connector", limited.id, events_per_minute=0)
    answer = limited.letter(EVENTS).post(live)

    assert answer.status == 202
    assert answer.headers["RateLimit"] is None


def test_k9_connector_without_a_limit_asks_nothing_of_the_database(live):
    answer = letter(EVENTS).post(live)

    assert answer.status == 202
    assert answer.headers["RateLimit"] is None
    assert not live.value(
        "SELECT count(*) FROM mfg_rate_bucket bucket"
        " JOIN mfg_connector connector ON connector.id = bucket.connector_id"
        " WHERE connector.code = 'assembly-edge'"
    )

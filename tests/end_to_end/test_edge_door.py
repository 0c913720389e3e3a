"""The door for machine events: batches, lines, repeats and what becomes of them.

What every door refuses alike is in test_doors.py.
"""

import gzip
import json
import threading
import time

import pytest

from devkit import json_http
from devkit.poll import until
from tests.fakes import signing

from .doors import EDGE, cloudevent, letter, row_counts

BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
STATE, COUNT = "mfg.machine.state.v1", "mfg.machine.count.v1"
NOT_OURS = "NOT-A-MACHINE-OF-OURS"


@pytest.fixture
def run():
    """A prefix for event ids that nobody else uses."""
    return f"edge-{time.time_ns()}"


def count(event_id, good=1, **data):
    return cloudevent(
        event_id,
        COUNT,
        {"equipment": NOT_OURS, "good_quantity": good, "scrap_quantity": 0, **data},
    )


def state(event_id, equipment=NOT_OURS):
    return cloudevent(event_id, STATE, {"equipment": equipment, "state": "Execute"})


def post(stage, events, content_type=BATCH, encode=json.dumps, **headers):
    """Post the events as one signed request."""
    sent = letter(EDGE)
    sent.body = encode(events)
    if isinstance(sent.body, str):
        sent.body = sent.body.encode()
    sent.content_type = content_type
    sent.headers = headers
    return sent.post(stage)


def as_lines(events):
    return "\n".join(json.dumps(event) for event in events) + "\n"


def statuses(answer):
    assert answer.status == 202, answer.body
    return [result["status"] for result in answer.json["results"]]


def stored(stage, run):
    return stage.value(
        "SELECT count(*) FROM mfg_edge_event WHERE event_id LIKE %s", f"{run}%"
    )


# ------------------------------------------------------------------------- results


def test_each_event_of_a_batch_has_a_result_of_its_own(live, run):
    known = count(f"{run}-known")
    post(live, [known])

    answer = post(
        live,
        [
            count(f"{run}-new"),
            known,
            {**known, "data": {**known["data"], "good_quantity": 2}},
            count(f"{run}-negative", good=-1),
            {"id": f"{run}-no-event"},
        ],
    )

    assert statuses(answer) == [
        "accepted",
        "duplicate",
        "conflict",
        "invalid",
        "invalid",
    ]
    new, repeated, conflict, negative, no_event = answer.json["results"]
    assert new["id"] == f"{run}-new"
    assert new["uuid"] != repeated["uuid"] == conflict["uuid"]
    assert conflict["problem"]["status"] == 409
    assert negative["problem"]["pointer"] == "/data/good_quantity"
    assert no_event["problem"]["code"] == "bad_envelope"
    assert stored(live, run) == 2


def test_batch_of_bad_events_only_stores_none_and_is_answered(live, run):
    answer = post(live, [count(f"{run}-{n}", good="many") for n in range(3)])

    assert statuses(answer) == ["invalid"] * 3
    assert stored(live, run) == 0


def test_empty_batch_leaves_nothing_behind(live):
    rows = row_counts(live)

    answer = post(live, [])

    assert statuses(answer) == []
    assert row_counts(live) == rows


def test_lines_of_json_are_a_batch_packed_or_not(live, run):
    plain = post(live, [count(f"{run}-1"), state(f"{run}-2")], NDJSON, as_lines)
    packed = post(
        live,
        [count(f"{run}-2b"), state(f"{run}-3")],
        NDJSON,
        lambda events: gzip.compress(as_lines(events).encode()),
        **{"Content-Encoding": "gzip"},
    )

    assert statuses(plain) == statuses(packed) == ["accepted"] * 2
    assert stored(live, run) == 4


def test_single_event_is_answered_without_a_list(live, run):
    sent = letter(EDGE, run)

    answer = sent.post(live)

    assert answer.status == 202
    assert answer.json["id"] == run
    assert answer.json["status"] == "accepted"


# ------------------------------------------------------------------------- refused


def test_event_that_no_machine_sends_is_refused(live, run):
    event = cloudevent(run, "mfg.ping.v1", {"note": "hello"})

    answer = post(live, event, "application/cloudevents+json")

    assert answer.status == 400
    assert answer.json["code"] == "unknown_event_type"
    assert answer.json["pointer"] == "/type"


def test_more_events_than_fit_are_refused_as_a_whole(live, run):
    rows = row_counts(live)

    answer = post(live, [{}] * 5001)

    assert answer.status == 413
    assert answer.json["code"] == "batch_too_large"
    assert row_counts(live) == rows


def test_broken_line_refuses_the_request_and_names_the_line(live, run):
    answer = post(
        live,
        [count(f"{run}-1")],
        NDJSON,
        lambda events: as_lines(events) + '{"specversion": "1.0", "id"',
    )

    assert answer.status == 400
    assert answer.json["code"] == "not_json"
    assert "Line 2" in answer.json["detail"]
    assert stored(live, run) == 0


# ------------------------------------------------------------------------- repeats


def test_a5_one_batch_posted_by_many_at_once_is_stored_once(live, run):
    events = [count(f"{run}-{n}") for n in range(100)]
    answers = []

    def send(batch):
        answers.append(statuses(post(live, batch)))

    threads = [
        threading.Thread(target=send, args=(events if turn % 2 else events[::-1],))
        for turn in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 6
    assert sum(answer.count("accepted") for answer in answers) == 100
    assert sum(answer.count("duplicate") for answer in answers) == 500
    assert stored(live, run) == 100


def test_counts_reach_the_inbox_once_and_with_their_exact_sum(live, run):
    job = f"JOB-{run}"
    for _turn in range(2):
        for n in range(20):
            post(live, [count(f"{run}-{n}-{m}", 0.1, job_order=job) for m in range(5)])

    until(lambda: posted(live, job)[0] == 100, "all counts are aggregated")
    assert posted(live, job) == (100, "10.0")


def posted(stage, job):
    """Counts in the proof ledger for a job order, and their sum."""
    ((events, good),) = stage.sql(
        "SELECT COALESCE(sum(event_count), 0)::int, sum(good_quantity)::text"
        "  FROM mfg_edge_window WHERE job_order = %s",
        job,
    )
    return events, good


# ------------------------------------------------------------------------ progress


def test_sender_can_ask_how_far_its_event_came(live, run):
    # A machine of its own: it does not wait for the events of other tests.
    answer = post(live, [state(f"{run}-s", run), count(f"{run}-c", equipment=run)])
    of_state, of_count = (result["uuid"] for result in answer.json["results"])

    # Nobody told the hub what machine this is, so both wait for that.
    until(
        lambda: progress(live, of_state)["state"] == "waiting", "the state is handled"
    )
    until(lambda: "window" in progress(live, of_count), "the count is aggregated")
    assert progress(live, of_state)["uuid"] == of_state
    assert run in progress(live, of_state)["reason"]
    assert progress(live, of_count)["id"] == f"{run}-c"


def progress(stage, uuid):
    headers = signing.standard_webhook(
        stage.secrets.machine, f"ask-{uuid}", int(time.time()), b""
    )
    answer = json_http.get(f"{stage.url}/mfg/v1/messages/{uuid}", headers)
    assert answer.status == 200, answer.body
    return answer.json

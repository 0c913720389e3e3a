import json
from datetime import datetime, timezone

from mfg_integration_core.protocols import rfc3339

from .reader import COUNTER, STATE, events

NINE = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)


def read(*rows):
    """The events of ``(t, topic, payload)`` rows."""
    lines = [
        f'{{"t": {t}, "topic": "Plant/M1/{topic}", "payload": {json.dumps(payload)}}}'
        for t, topic, payload in rows
    ]
    return list(events(lines, machine="M1", began_at=NINE, prefix="run"))


def test_states_and_totals_are_read_and_the_rest_is_left_out():
    found = read(
        ("0.5", "Status/StateCurrentStr", "Execute"),
        ("0.5", "Status/StateCurrent", "6"),
        ("1", "Command/Hold", "1"),
        ("2", "Admin/ProdProcessedCount/0/Count", "3"),
        ("2", "Admin/ProdProcessedCount/0/AccCount", "3"),
        ("3", "Admin/ProdDefectiveCount/0/Count", "0.25"),
    )

    assert [event["type"] for event in found] == [STATE, COUNTER, COUNTER]
    assert found[0]["data"] == {"equipment": "M1", "state": "Execute"}
    assert found[0]["time"] == "2026-03-02T09:00:00.5Z"
    assert found[1]["data"]["good_total"] == 3
    assert found[2]["data"]["scrap_total"] == 0.25


def test_lines_out_of_order_belong_to_the_job_of_their_moment():
    found = read(
        ("20", "Status/JobOrder", "JOB-2"),
        ("10", "Status/JobOrder", "JOB-1"),
        ("25", "Admin/ProdProcessedCount/0/Count", "2"),
        ("15", "Admin/ProdProcessedCount/0/Count", "7"),
    )

    told = [
        (event["data"]["job_order"], event["data"]["good_total"]) for event in found
    ]
    assert told == [("JOB-1", 7), ("JOB-2", 2)]


def test_nine_digits_of_a_second_and_of_a_unit_are_kept():
    (found,) = read(("1.123456789", "Admin/ProdProcessedCount/0/Count", "0.123456789"))

    assert found["time"] == "2026-03-02T09:00:01.123456789Z"
    assert found["data"]["good_total"] == 0.123456789
    assert rfc3339.parse(found["time"]).microsecond == 123456


def test_ids_are_of_the_run_and_sequences_follow_the_time():
    found = read(
        ("2", "Status/StateCurrentStr", "Held"),
        ("1", "Status/StateCurrentStr", "Execute"),
    )

    assert [event["id"] for event in found] == ["run-1", "run-2"]
    assert [event["sequence"] for event in found] == ["1-1", "1-2"]
    assert found[0]["data"]["state"] == "Execute"

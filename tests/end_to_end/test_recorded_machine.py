"""A recorded PackML machine goes through the door: seconds, stops and counts."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from devkit.poll import until
from tests.recorded import reader

from .doors import EDGE, letter
from .own_line import OwnLine

REPOSITORY = Path(__file__).resolve().parents[2]
BATCH = "application/cloudevents-batch+json"
#: Its clock: long enough ago to be over, recent enough to be kept.
BEGAN_AT = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture
def recording():
    """The folder of the recorded machine, beside the project."""
    for parent in REPOSITORY.parents:
        folder = parent / "shared" / "data" / "packml"
        if folder.is_dir():
            return folder
    pytest.skip("shared/data/packml is not beside the project: nothing was recorded")


def test_h5_recorded_filler_gives_its_seconds_its_stops_and_its_counts(live, recording):
    expected = json.loads((recording / "expected.json").read_text(encoding="utf-8"))
    line = OwnLine.built(live)
    lines = (recording / expected["file"]).read_text(encoding="utf-8").splitlines()
    told = list(
        reader.events(
            lines, machine=line.machine, began_at=BEGAN_AT, prefix=line.machine
        )
    )

    for event in told:
        if event["type"] == reader.COUNTER:
            event["data"]["job_order"] = line.order.name
    # From the machine's own memory, and in two halves that come the wrong way round.
    for half in (told[len(told) // 2 :], told[: len(told) // 2]):
        post(live, [{**event, "historical": True} for event in half])
        line.sent.update(event["id"] for event in half)
    until(lambda: points(live, line) >= 14, "all states are remembered", within_s=120)
    line.settle()

    assert state_seconds(live, line) == expected["state_seconds"]
    assert moments(live, line, "Execute") == expected["execute_starts"]
    # It was aborted once; all else was shorter than the shortest stop.
    assert stops(live, line) == [(moments(live, line, "Aborting")[0], None)]
    good, scrap = counted(live, line)
    assert good == pytest.approx(expected["final_counts"]["processed"], abs=1e-8)
    assert scrap == pytest.approx(expected["final_counts"]["defective"], abs=1e-8)
    # Nothing of the past sets anything off.
    assert line.open_count() == 0


def post(stage, events):
    """Post the events as one signed request; each is accepted."""
    sent = letter(EDGE)
    sent.body, sent.content_type = json.dumps(events).encode(), BATCH
    answer = sent.post(stage)
    assert answer.status == 202, answer.body
    assert {result["status"] for result in answer.json["results"]} == {"accepted"}


def points(stage, line):
    return stage.value(
        "SELECT count(*) FROM mfg_edge_state WHERE equipment_id = %s", line.equipment_id
    )


def state_seconds(stage, line):
    """Seconds in each state; the last one has no end yet."""
    rows = stage.sql(
        """
        SELECT state, sum(extract(epoch FROM until - at))::text FROM (
            SELECT state, at, lead(at) OVER (ORDER BY at, sequence) AS until
              FROM mfg_edge_state WHERE equipment_id = %s) spent
         WHERE until IS NOT NULL GROUP BY state
        """,
        line.equipment_id,
    )
    return {state: float(told) for state, told in rows}


def moments(stage, line, state):
    """When the machine went into a state, in seconds of the recording."""
    rows = stage.sql(
        "SELECT at FROM mfg_edge_state WHERE equipment_id = %s AND state = %s"
        " ORDER BY at",
        line.equipment_id,
        state,
    )
    return [in_recording(at) for (at,) in rows]


def stops(stage, line):
    """``(began, ended)`` of the stops, in seconds of the recording."""
    rows = stage.sql(
        "SELECT began_at, ended_at FROM mfg_edge_stop WHERE equipment_id = %s"
        " ORDER BY began_at",
        line.equipment_id,
    )
    return [(in_recording(begin), end and in_recording(end)) for begin, end in rows]


def in_recording(moment):
    return (moment - BEGAN_AT.replace(tzinfo=None)).total_seconds()


def counted(stage, line):
    """Good and scrapped units that were posted for the machine."""
    ((good, scrap),) = stage.sql(
        "SELECT sum(good_quantity)::float, sum(scrap_quantity)::float"
        "  FROM mfg_edge_window WHERE equipment = %s AND posted_at IS NOT NULL",
        line.machine,
    )
    return good, scrap

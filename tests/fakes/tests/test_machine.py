"""The machine plays a recorded day and loses nothing."""

from devkit import json_http
from devkit.poll import until
from tests.fakes.machine import RECORDING, read_recording


def play(machine, chapter):
    answer = json_http.post(
        f"{machine.url}/_control/play",
        {"chapter": chapter, "job_order": "WH/MO/00001"},
    )
    assert answer.status == 202, answer.body
    until(lambda: is_done(machine), "the chapter is played and accepted")


def is_done(machine):
    progress = json_http.get(f"{machine.url}/_control/progress").json
    return not progress["playing"] and not progress["owed"]


def events_of(odoo):
    return [event for call in odoo.requests for event in _batch(call)]


def _batch(call):
    return json_http.HttpAnswer(202, {}, call.body).json


def test_recorded_day_makes_120_good_pieces_and_3_scrapped_ones():
    counts = [s["data"] for s in read_recording(RECORDING) if "count" in s["type"]]

    assert sum(count["good_quantity"] for count in counts) == 120
    assert sum(count["scrap_quantity"] for count in counts) == 3


def test_recorded_day_holds_one_fault():
    faults = [s for s in read_recording(RECORDING) if "fault" in s["data"]]

    assert [s["data"]["state"] for s in faults] == ["Aborting", "Aborted"]
    assert {s["data"]["fault"]["code"] for s in faults} == {"E-204"}


def test_chapter_is_sent_in_order_with_the_order_on_the_panel(machine, odoo):
    play(machine, "morning")

    events = events_of(odoo)
    recorded = [s for s in read_recording(RECORDING) if s["chapter"] == "morning"]
    assert [event["type"] for event in events] == [s["type"] for s in recorded]
    assert {event["data"]["job_order"] for event in events} == {"WH/MO/00001"}
    assert len({event["id"] for event in events}) == len(events)
    assert odoo.requests[0].path == "/mfg/v1/edge/assembly-edge/events"


def test_repeated_batch_has_the_same_bytes(machine, odoo):
    json_http.post(f"{machine.url}/_control/manners", {"repeat_times": 1})

    play(machine, "morning")

    first, second, third = odoo.requests[:3]
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert third.body != second.body


def test_batch_is_kept_until_odoo_accepts_it(machine, odoo):
    json_http.post(f"{odoo.url}/_control/manners", {"drop_times": 1, "refuse_times": 1})

    play(machine, "morning")

    recorded = [s for s in read_recording(RECORDING) if s["chapter"] == "morning"]
    assert len(events_of(odoo)) == len(recorded)


def test_chapter_that_was_never_recorded_is_refused(machine):
    answer = json_http.post(f"{machine.url}/_control/play", {"chapter": "night"})

    assert answer.status == 422

"""The tracker answers searches, lets items slip, and spoils pages on command."""

import pytest

from devkit import json_http
from tests.fakes.tracker import Tracker

TOKEN = "tracker-token"


@pytest.fixture
def tracker(tmp_path):
    peer = Tracker(
        port=0,
        ledger=tmp_path / "tracker.jsonl",
        odoo="",
        connector="tracker",
        token=TOKEN,
    ).start()
    yield peer
    peer.close()


def control(tracker, path, **wanted):
    answer = json_http.post(f"{tracker.url}/_control/{path}", wanted)
    assert answer.status == 200, answer.body


def search(tracker, token=TOKEN, **wanted):
    headers = {"Authorization": f"Bearer {token}"}
    return json_http.post(f"{tracker.url}/api/search", {"size": 2, **wanted}, headers)


def ids(answer):
    return [hit["id"] for hit in answer.json["hits"]]


def test_defects_are_found_page_by_page(tracker):
    control(tracker, "defects", count=3, prefix="D")

    first = search(tracker)
    second = search(tracker, cursor=first.json["next"])

    assert (ids(first), ids(second)) == (["D-0", "D-1"], ["D-2"])
    assert second.json["next"] is None


def test_change_between_two_pages_lets_a_defect_slip_over_the_border(tracker):
    control(tracker, "defects", count=4, prefix="D")
    control(tracker, "habits", touch_between_pages=1)

    first = search(tracker)
    second = search(tracker, cursor=first.json["next"])

    assert "D-2" not in ids(first) + ids(second)
    assert "D-2" in ids(search(tracker, size=10))


def test_page_is_spoilt_once_per_command(tracker):
    control(tracker, "habits", spoil=["busy", "lie"])

    assert search(tracker).status == 429
    assert "error" in search(tracker).json
    assert search(tracker).json["hits"] == []


def test_stranger_is_refused(tracker):
    assert search(tracker, token="guess").status == 401

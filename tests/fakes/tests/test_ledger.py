"""The ledger is what the checks of the demo rest on."""

import json

from tests.fakes.ledger import Ledger


def test_line_is_on_disk_when_append_returns(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")

    ledger.append("created", wo_no="WO-1001")

    written = json.loads((tmp_path / "ledger.jsonl").read_text())
    assert (written["kind"], written["wo_no"]) == ("created", "WO-1001")


def test_reopened_ledger_remembers_what_was_written(tmp_path):
    Ledger(tmp_path / "ledger.jsonl").append("created", wo_no="WO-1001")

    reopened = Ledger(tmp_path / "ledger.jsonl")

    assert [entry["wo_no"] for entry in reopened.entries("created")] == ["WO-1001"]


def test_line_cut_off_by_a_crash_is_dropped(tmp_path):
    Ledger(tmp_path / "ledger.jsonl").append("created", wo_no="WO-1001")
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(b'{"kind": "crea')

    reopened = Ledger(tmp_path / "ledger.jsonl")
    reopened.append("created", wo_no="WO-1002")

    numbers = [e["wo_no"] for e in Ledger(tmp_path / "ledger.jsonl").entries()]
    assert numbers == ["WO-1001", "WO-1002"]

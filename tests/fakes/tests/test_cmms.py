"""The CMMS accepts, refuses, stalls, repeats and dies on command."""

import hashlib
import hmac
import subprocess
import sys
import time

import pytest

from devkit import json_http
from devkit.paths import ROOT
from devkit.poll import until
from tests.fakes.cmms import Cmms
from tests.fakes.fixtures import CMMS_SECRET, TOKEN

WORK_ORDER = {
    "summary": "Gripper pressure lost",
    "asset": "A-4711",
    "priority": "P1",
    "external_ref": "ref-1",
}


def create(url, key="key-1", **changes):
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}
    return json_http.post(f"{url}/api/workorders", {**WORK_ORDER, **changes}, headers)


def behave(peer, **manners):
    answer = json_http.post(f"{peer.url}/_control/manners", manners)
    assert answer.status == 200, answer.body


def test_work_order_is_created_with_the_vendors_own_id_and_word(cmms):
    answer = create(cmms.url)

    assert answer.status == 201
    assert answer.json["wo_no"] == "WO-1001"
    assert answer.json["status"] == "NEW"
    assert len(cmms.ledger.entries("created")) == 1


def test_wrong_token_is_refused(cmms):
    answer = json_http.post(
        f"{cmms.url}/api/workorders", WORK_ORDER, {"Authorization": "Bearer x"}
    )

    assert answer.status == 401
    assert not cmms.ledger.entries("created")


def test_unknown_priority_is_refused_by_name(cmms):
    answer = create(cmms.url, priority="high")

    assert answer.status == 422
    assert "priority" in answer.json["error"]


def test_same_idempotency_key_is_one_work_order(cmms):
    first = create(cmms.url)

    second = create(cmms.url)

    assert second.json["wo_no"] == first.json["wo_no"]
    assert len(cmms.ledger.entries("created")) == 1


def test_naive_cmms_creates_a_second_work_order(cmms):
    behave(cmms, mode="naive")
    create(cmms.url)

    second = create(cmms.url)

    assert second.json["wo_no"] == "WO-1002"


def test_work_order_is_found_by_our_reference(cmms):
    create(cmms.url)

    found = json_http.get(
        f"{cmms.url}/api/workorders?external_ref=ref-1",
        {"Authorization": f"Bearer {TOKEN}"},
    )

    assert [order["wo_no"] for order in found.json] == ["WO-1001"]


def test_cmms_refuses_the_first_tries_and_then_accepts(cmms):
    behave(cmms, refuse_times=2, retry_after_s=1)

    answers = [create(cmms.url) for _ in range(3)]

    assert [answer.status for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "1"


def test_dropped_connection_has_no_answer_and_no_effect(cmms):
    behave(cmms, drop_times=1)

    with pytest.raises(OSError):
        create(cmms.url)

    assert not cmms.ledger.entries("created")


def test_late_answer_comes_after_the_effect(cmms):
    behave(cmms, late_times=1, late_s=60)

    with pytest.raises(TimeoutError):
        json_http.call(
            "POST",
            f"{cmms.url}/api/workorders",
            WORK_ORDER,
            {"Authorization": f"Bearer {TOKEN}"},
            timeout_s=0.5,
        )

    assert len(cmms.ledger.entries("created")) == 1


def test_unknown_manners_are_refused(cmms):
    answer = json_http.post(f"{cmms.url}/_control/manners", {"polite": True})

    assert answer.status == 422


def test_finished_work_order_calls_back_with_its_own_signature(cmms, odoo):
    number = create(cmms.url).json["wo_no"]

    json_http.post(f"{cmms.url}/_control/workorders/{number}", {"status": "FINISHED"})

    (call,) = until(lambda: odoo.requests, "the callback arrives")
    assert call.path == "/mfg/v1/hooks/cmms"
    assert call.json()["status"] == "FINISHED"
    assert call.json()["version"] == 2
    stamp, signature = call.headers["X-Cmms-Signature"].split(",")
    signed = stamp.removeprefix("t=").encode() + b"." + call.body
    expected = hmac.new(CMMS_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert signature == f"v1={expected}"


def test_status_that_it_is_told_is_called_back_as_well(cmms, odoo):
    create(cmms.url)
    url = f"{cmms.url}/api/workorders/WO-1001"
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "message-1"}

    for _try in range(2):
        answer = json_http.call("PATCH", url, b'{"status": "WIP"}', headers)
        assert (answer.status, answer.json["status"]) == (200, "WIP")

    until(lambda: odoo.requests, "Odoo is called back")
    (told,) = cmms.ledger.entries("changed")
    assert told["by"] == "api"


def test_repeated_callback_has_the_same_bytes(cmms, odoo):
    number = create(cmms.url).json["wo_no"]
    behave(cmms, repeat_times=1)

    json_http.post(f"{cmms.url}/_control/workorders/{number}", {"status": "FINISHED"})

    until(lambda: len(odoo.requests) == 2, "the callback arrives twice")
    first, second = odoo.requests
    assert first.body == second.body


def test_callback_comes_as_late_as_the_manners_say(cmms, odoo):
    number = create(cmms.url).json["wo_no"]
    behave(cmms, call_back_after_s=0.3)
    changed = time.monotonic()

    json_http.post(f"{cmms.url}/_control/workorders/{number}", {"status": "WIP"})

    until(lambda: odoo.requests, "the callback arrives")
    assert time.monotonic() - changed > 0.3


def test_callback_is_sent_again_until_odoo_accepts_it(cmms, odoo):
    number = create(cmms.url).json["wo_no"]
    behave(odoo, refuse_times=1)

    json_http.post(f"{cmms.url}/_control/workorders/{number}", {"status": "WIP"})

    until(lambda: odoo.requests, "the callback arrives")
    until(lambda: len(cmms.ledger.entries("call")) == 2, "both tries are in the ledger")
    assert [c["status"] for c in cmms.ledger.entries("call")] == [503, 202]


def test_restarted_cmms_remembers_its_work_orders(tmp_path):
    options = {
        "port": 0,
        "ledger": tmp_path / "cmms.jsonl",
        "odoo": "http://127.0.0.1:1",
        "connector": "cmms",
        "token": TOKEN,
        "webhook_secret": CMMS_SECRET,
    }
    before = Cmms(**options).start()
    create(before.url)
    before.close()

    after = Cmms(**options).start()
    answer = create(after.url)
    after.close()

    assert answer.json["wo_no"] == "WO-1001"
    assert len(after.ledger.entries("created")) == 1


def test_cmms_dies_after_the_effect_and_before_the_answer(tmp_path):
    ledger = tmp_path / "cmms.jsonl"
    argv = [sys.executable, "-u", "-m", "tests.fakes.cmms", "--ledger", str(ledger)]
    argv += ["--odoo", "http://127.0.0.1:1", "--token", TOKEN]
    argv += ["--webhook-secret", CMMS_SECRET]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        url = process.stdout.readline().split()[-1]
        json_http.post(f"{url}/_control/manners", {"die": "after_effect"})

        with pytest.raises(OSError):
            create(url)

        assert process.wait(timeout=10) == 70
    assert ledger.read_text().count('"created"') == 1


def test_dice_of_the_same_seed_spoil_the_same_requests(cmms):
    series = []
    for _ in range(2):
        cmms.manners.change({"trouble_percent": 50, "trouble_seed": 7})
        series.append([cmms.manners.throw() for _ in range(20)])

    assert series[0] == series[1]
    assert any(series[0])
    assert not all(series[0])

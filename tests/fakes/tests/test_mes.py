"""The MES keeps jobs under its own numbers and calls back what its planner decides."""

from devkit import json_http
from devkit.poll import until
from tests.fakes.fixtures import TOKEN

JOB = {"order": "WH/MO/00042", "revision": 1, "qty": 120, "external_ref": "ref-1"}


def ask(mes, method, path, wanted=None, key="key-1"):
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Idempotency-Key": key,
    }
    return json_http.call(method, f"{mes.url}{path}", wanted, headers)


def created(mes):
    return ask(mes, "POST", "/api/v1/jobs", JOB).json["job"]


def test_job_is_created_once_for_one_key(mes):
    first, second = created(mes), created(mes)

    assert first == second == "J-5001"
    assert len(mes.ledger.entries("created")) == 1


def test_change_that_is_not_newer_changes_nothing(mes):
    job = created(mes)

    for revision, quantity in ((3, 90), (2, 100)):
        wanted = {**JOB, "revision": revision, "qty": quantity}
        ask(mes, "PUT", f"/api/v1/jobs/{job}", wanted)

    (found,) = ask(mes, "GET", "/api/v1/jobs?external_ref=ref-1").json
    assert (found["revision"], found["qty"]) == (3, 90)


def test_verdict_calls_back_with_the_revision_that_the_planner_saw(mes, odoo):
    job = created(mes)

    json_http.post(
        f"{mes.url}/_control/jobs/{job}", {"verdict": "refused", "code": "NO_FIXTURE"}
    )

    (call,) = until(lambda: odoo.requests, "the callback arrives")
    assert call.path == "/mfg/v1/hooks/mes"
    assert call.json()["type"] == "job.refused"
    assert (call.json()["revision"], call.json()["code"]) == (1, "NO_FIXTURE")


def test_without_the_token_nothing_is_done(mes):
    answer = json_http.post(f"{mes.url}/api/v1/jobs", JOB)

    assert answer.status == 401
    assert not mes.ledger.entries("created")

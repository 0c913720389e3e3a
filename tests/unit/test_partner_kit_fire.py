"""The partner kit against partners' endpoints: what it finds, and that it ends."""

import json
import socket

import pytest

from mfg_partner_kit import command_line
from tests.without_odoo import ADDONS

from . import partner_endpoints as endpoints

CONTRACT = "mfg.maintenance.requested.v1"


@pytest.fixture
def fire(tmp_path, capsys):
    """Runs the kit; its status, its report and what it printed."""

    def run(url, *more, contract=CONTRACT, secret=endpoints.SECRET):
        report = tmp_path / "report.json"
        status = command_line.main(
            [url, f"--contract={contract}", f"--contracts={ADDONS}", "--seed=7"]
            + [f"--secret={secret}", f"--report={report}", *more]
        )
        printed = capsys.readouterr()
        content = json.loads(report.read_text()) if report.exists() else None
        return status, content, printed.out + printed.err

    return run


def findings(report, group=None):
    """The findings of a report, or of one group of its cases."""
    return [
        finding
        for case in report["cases"]
        if group in (None, case["group"])
        for finding in case["findings"]
    ]


@pytest.mark.parametrize(
    "contract",
    [CONTRACT, "mfg.inspection.requested.v1", "mfg.production.state_changed.v1"],
)
def test_good_partner_has_no_findings(fire, contract):
    with endpoints.running() as partner:
        status, report, printed = fire(partner.url, contract=contract)

    assert findings(report) == []
    assert status == 0
    assert "0 findings" in printed
    groups = {case["group"] for case in report["cases"]}
    assert groups == {"good", "bad", "late", "repeated", "re-ordered", "signature"}


def test_partner_that_forgets_ids_is_found(fire):
    with endpoints.running(endpoints.Forgetful) as partner:
        status, report, _printed = fire(partner.url)

    assert status == 1
    assert len(findings(report, "repeated")) == 4
    assert findings(report, "repeated") == findings(report)
    for finding in findings(report):
        assert "/number was 'WO-" in finding["expected"]
        assert "second effect" in finding["expected"]


def test_partner_that_accepts_everything_is_found(fire):
    with endpoints.running(endpoints.Credulous) as partner:
        status, report, _printed = fire(partner.url)

    bad = [case for case in report["cases"] if case["group"] == "bad"]
    assert status == 1
    assert bad and not any(case["passed"] for case in bad)
    assert len(findings(report, "signature")) == 9
    assert findings(report, "good") == []


def test_html_is_found_on_every_answer(fire):
    with endpoints.running(endpoints.Page) as partner:
        status, report, _printed = fire(partner.url, "--only=good")

    assert status == 1
    assert not any(case["passed"] for case in report["cases"])
    assert "never a page" in findings(report)[0]["expected"]


def test_redirect_is_found_and_not_followed(fire):
    with endpoints.running(endpoints.Moved) as partner:
        status, report, _printed = fire(partner.url, "--only=late")

    assert status == 1
    for finding in findings(report):
        assert "elsewhere.example" in finding["expected"]
        assert finding["came"].startswith("307")


def test_server_error_for_a_mistake_of_the_sender_is_found(fire):
    with endpoints.running(endpoints.Broken) as partner:
        status, report, _printed = fire(partner.url)

    assert status == 1
    assert all(finding["came"].startswith("500") for finding in findings(report))
    assert len(findings(report, "signature")) == 9


def test_refusal_without_a_problem_document_is_found(fire):
    with endpoints.running(endpoints.Terse) as partner:
        status, report, _printed = fire(partner.url, "--only=signature")

    assert status == 1
    assert len(findings(report)) == 9
    assert "problem+json" in findings(report)[0]["expected"]


def test_half_an_answer_is_found(fire):
    with endpoints.running(endpoints.Halved) as partner:
        status, report, _printed = fire(partner.url, "--only=late")

    assert status == 1
    assert "JSON under" in findings(report)[0]["expected"]


def test_answer_that_breaks_off_is_none(fire):
    with endpoints.running(endpoints.Cut) as partner:
        status, _report, printed = fire(partner.url, "--only=late")

    assert status == 2
    assert "IncompleteRead" in printed


def test_slow_answer_is_found(fire):
    with endpoints.running() as partner:
        status, report, _printed = fire(partner.url, "--only=late", "--slow=0")

    assert status == 1
    assert len(findings(report)) == len(report["cases"])
    assert "within 0 s" in findings(report)[0]["expected"]


def test_partner_that_asks_to_come_again_is_asked_again(fire):
    with endpoints.running(endpoints.Busy) as partner:
        status, report, _printed = fire(partner.url, "--only=late")

    assert (status, findings(report)) == (0, [])
    assert partner.seen == 2 * len(report["cases"])


def test_gateway_gets_its_key_and_no_report_has_it(fire):
    key = f"--header=X-Api-Key: {endpoints.GATEWAY_KEY}"
    with endpoints.running(endpoints.Guarded) as partner:
        status, report, printed = fire(partner.url, "--only=late", key)

    assert (status, findings(report)) == (0, [])
    assert endpoints.GATEWAY_KEY not in printed + json.dumps(report)


def test_connection_that_ends_without_an_answer_is_found(fire):
    with endpoints.running(endpoints.Silent) as partner:
        status, report, _printed = fire(partner.url, "--only=late")

    assert status == 1
    assert len(findings(report)) == len(report["cases"]) - 1
    assert findings(report)[0]["came"].startswith("no answer")


def test_finding_says_what_was_sent_what_came_and_what_to_do(fire):
    with endpoints.running(endpoints.Terse) as partner:
        _status, report, printed = fire(partner.url, "--only=bad")

    for finding in findings(report):
        assert all(finding[name] for name in ("sent", "came", "expected", "remedy"))
        assert finding["sent"] in printed
    assert "expected" in printed and "to do" in printed


def test_another_secret_is_named_as_the_likely_cause(fire):
    other = "whsec_" + "b3RoZXIgc2VjcmV0IQ=="
    with endpoints.running() as partner:
        status, report, printed = fire(partner.url, "--only=good", secret=other)

    assert status == 1
    assert "Compare the secret" in findings(report)[0]["remedy"]
    assert other not in printed + json.dumps(report)


def test_same_seed_sends_the_same_data(fire):
    bodies = []
    for _turn in range(2):
        with endpoints.running() as partner:
            _status, report, _printed = fire(partner.url, "--only=good")
        sent = [case["exchanges"][0]["sent"]["body"] for case in report["cases"]]
        bodies.append([json.loads(body) for body in sent])

    first, second = bodies
    assert [event["data"] for event in first] == [event["data"] for event in second]
    ids = {event["id"] for events in bodies for event in events}
    assert len(ids) == len(first) + len(second)


def test_slow_partner_is_still_asked_again(fire):
    with endpoints.running(endpoints.Forgetful) as partner:
        _status, report, _printed = fire(partner.url, "--only=repeated", "--slow=0")

    expected = [finding["expected"] for finding in findings(report)]
    assert any("within 0 s" in text for text in expected)
    assert any("second effect" in text for text in expected)


def test_hub_that_answers_otherwise_than_documented_is_found(tmp_path, capsys):
    report = tmp_path / "report.json"
    with endpoints.running(endpoints.Hub) as hub:
        door = hub.url.replace("/events", "/mfg/v1/events/cmms")

        # Its contracts are read from the hub itself.
        status = command_line.main(
            [door, "--contract=mfg.ping.v1", "--play=partner", f"--report={report}"]
            + [f"--secret={endpoints.SECRET}", "--only=good", "--only=signature"]
        )

    content = json.loads(report.read_text(encoding="utf-8"))
    assert (status, content["mode"]) == (1, "play partner")
    assert findings(content, "good")[0]["expected"] == "202 accepted"
    assert len(findings(content, "signature")) == 3
    assert "report it" in capsys.readouterr().out


# ------------------------------------------------------------- what cannot be run


def test_endpoint_that_nobody_answers_at_cannot_be_tried(fire):
    with socket.socket() as unused:
        unused.bind((endpoints.LOOPBACK, 0))
        port = unused.getsockname()[1]

        status, report, printed = fire(f"http://{endpoints.LOOPBACK}:{port}/")

    assert (status, report) == (2, None)
    assert "cannot be reached" in printed


@pytest.mark.parametrize(
    "url",
    ["cmms.example", "ftp://cmms.example", "http://", "http://cmms:port/", ""]
    + ["http://[::1", "http://cmms.example/ä"],
)
def test_address_that_is_none_cannot_be_tried(fire, url):
    status, _report, printed = fire(url)

    assert status == 2
    assert "to do: Give the whole address" in printed


def test_password_in_the_address_is_refused_and_not_repeated(fire):
    status, _report, printed = fire("https://user:hidden@cmms.example/")

    assert status == 2
    assert "--header" in printed
    assert "hidden" not in printed


@pytest.mark.parametrize("header", ["key", ": value", "X-Key: a\nX-Other: b"])
def test_header_that_is_none_is_refused(fire, header):
    status, _report, printed = fire("http://cmms.example", f"--header={header}")

    assert status == 2
    assert "NAME:VALUE" in printed


def test_unknown_contract_cannot_be_tried(fire):
    status, _report, printed = fire("http://cmms.example", contract="mfg.nothing.v9")

    assert status == 2
    assert "no contract mfg.nothing.v9" in printed
    assert CONTRACT in printed
    assert "cloudevent," not in printed


def test_missing_secret_cannot_be_tried(fire, monkeypatch):
    monkeypatch.delenv(command_line.SECRET_VARIABLE, raising=False)

    status, _report, printed = fire("http://cmms.example", secret="")

    assert status == 2
    assert command_line.SECRET_VARIABLE in printed


def test_malformed_secret_is_not_repeated(fire):
    status, _report, printed = fire("http://cmms.example", secret="whsec_%%%")

    assert status == 2
    assert "%%%" not in printed


def test_report_of_a_form_nobody_knows_is_refused_before_anything_is_sent(fire):
    with endpoints.running() as partner:
        status, _report, printed = fire(partner.url, "--report=report.pdf")

    assert status == 2
    assert ".json, .html, .xml" in printed
    assert partner.seen == 0


def test_playing_the_partner_needs_a_door(fire):
    status, _report, printed = fire("http://hub.example/web", "--play=partner")

    assert status == 2
    assert "/mfg/v1/events/<connector>" in printed

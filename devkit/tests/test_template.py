"""``devkit template`` checks a vendor template and shows what it makes of a message."""

import json

import pytest

from devkit import template
from devkit.console import DevkitError

TEXT = """
template: acme
name: Acme
version: 3
auth: {scheme: bearer}
check: {method: GET, path: /ping}
operations:
  tell:
    event_type: mfg.ping.v1
    method: POST
    path: /told
    body: {note: data.note}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "acme.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*argv):
    return template.try_out(None, [str(each) for each in argv])


def test_right_template_is_told_with_what_it_offers(file, capsys):
    assert run(file) == 0

    told = capsys.readouterr().out
    assert "Acme, version 3: no mistake found" in told
    assert "tell delivers mfg.ping.v1" in told


def test_wrong_template_is_refused_with_its_line(file):
    file.write_text(TEXT.replace("POST", "SEND"), encoding="utf-8")

    with pytest.raises(DevkitError) as caught:
        run(file)

    assert "acme.yaml, line 10, operations/tell/method" in caught.value.message
    assert caught.value.remedy


def test_request_is_shown_without_the_secret(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(template.SECRET, "s3cret")
    message = tmp_path / "event.json"
    message.write_text(json.dumps({"id": "m-1", "data": {"note": "hi"}}))

    assert run(file, "--operation", "tell", "--message", message) == 0

    told = capsys.readouterr().out
    assert "> POST https://partner.example/told" in told
    assert '"note": "hi"' in told
    assert "s3cret" not in told


def test_unknown_operation_ends_with_the_known_ones(file, capsys):
    assert run(file, "--operation", "told") == 1

    assert "only: tell" in capsys.readouterr().out


def test_message_that_is_no_event_is_refused(file, tmp_path):
    message = tmp_path / "event.json"
    for text in ("{", "[]"):
        message.write_text(text)

        with pytest.raises(DevkitError):
            run(file, "--operation", "tell", "--message", message)

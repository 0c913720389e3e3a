"""CloudEvents: what the doors read, refuse and build."""

import json
import re
from datetime import datetime, timezone

import pytest
import yaml
from mfg_integration_core.exceptions import InvalidEventError, UnsupportedMediaError
from mfg_integration_core.protocols import cloudevents

EVENT = {
    "specversion": "1.0",
    "id": "1234-1234-1234",
    "source": "/mycontext/subcontext",
    "type": "com.example.someevent",
    "time": "2018-04-05T03:56:24Z",
    "datacontenttype": "application/json",
    "data": {"message": "Hello World!"},
}


def as_bytes(content) -> bytes:
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/cloudevents+json",
        "application/cloudevents+json; charset=utf-8",
        'Application/CloudEvents+JSON ; charset="UTF-8"',
        "application/json",
        "application/json; profile=x; Charset=utf8",
        "application/json; xcharset=latin-1",
    ],
)
def test_single_event_is_read(content_type):
    assert cloudevents.parse(content_type, as_bytes(EVENT)) == [EVENT]


@pytest.mark.parametrize(
    "content_type", ["application/cloudevents-batch+json", "application/json"]
)
def test_batch_keeps_its_order(content_type):
    events = [EVENT | {"id": str(number)} for number in range(5)]

    assert cloudevents.parse(content_type, as_bytes(events)) == events


def test_ndjson_is_one_event_per_line_and_blank_lines_do_not_count():
    body = as_bytes(EVENT) + b"\r\n\n" + as_bytes(EVENT | {"id": "2"}) + b"\n"

    events = cloudevents.parse("application/x-ndjson", body)

    assert [event["id"] for event in events] == ["1234-1234-1234", "2"]


def test_malformed_line_is_named():
    with pytest.raises(InvalidEventError, match="Line 2") as caught:
        cloudevents.parse("application/x-ndjson", as_bytes(EVENT) + b"\n{oops\n")

    assert caught.value.code == "not_json"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'],
    ids=["empty", "truncated", "not utf-8", "deep", "NaN"],
)
def test_body_that_is_no_json_is_refused(body):
    with pytest.raises(InvalidEventError) as caught:
        cloudevents.parse(cloudevents.MEDIA_TYPE, body)

    assert (caught.value.code, caught.value.status) == ("not_json", 400)


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1e999}', b'{"a": "\\u0000"}', b'{"\\ud800": 1}', b"9" * 301],
    ids=["infinite", "NUL", "half a surrogate pair", "huge integer"],
)
def test_value_that_no_database_can_hold_is_refused(body):
    with pytest.raises(InvalidEventError) as caught:
        cloudevents.parse("application/json", body)

    assert caught.value.code == "not_storable"


def test_text_that_only_looks_like_an_escape_is_accepted():
    event = EVENT | {"data": {"path": r"c:\u0000", "emoji": "🌎"}}

    assert cloudevents.parse("application/json", as_bytes(event)) == [event]


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/xml", "application/json; charset=latin-1"],
)
def test_other_media_or_charset_is_refused(content_type):
    with pytest.raises(UnsupportedMediaError) as caught:
        cloudevents.parse(content_type, as_bytes(EVENT))

    assert caught.value.status == 415


def test_item_of_a_batch_that_is_no_object_is_named():
    with pytest.raises(InvalidEventError) as caught:
        cloudevents.parse(cloudevents.BATCH_MEDIA_TYPE, as_bytes([EVENT, "text"]))

    assert caught.value.pointer == "/1"


def test_complete_envelope_passes():
    cloudevents.check_envelope(EVENT)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("id", ""),
        ("id", 7),
        ("id", "x" * 257),
        ("source", None),
        ("type", ["a"]),
        ("time", "2018-04-05 03:56"),
        ("time", "2018-04-05T03:56:24"),
        ("expirytime", "soon"),
        ("subject", ""),
        ("datacontenttype", "text/xml"),
        ("Upper", "x"),
        ("extension", 1.5),
        ("extension", {"nested": 1}),
        ("extension", 2**31),
        ("data_base64", "aGVsbG8="),
    ],
)
def test_bad_attribute_is_named_by_its_pointer(attribute, value):
    with pytest.raises(InvalidEventError) as caught:
        cloudevents.check_envelope(EVENT | {attribute: value})

    assert caught.value.pointer == f"/{attribute}"
    assert caught.value.code == "bad_envelope"


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type"])
def test_missing_attribute_is_named_by_its_pointer(attribute):
    event = {name: value for name, value in EVENT.items() if name != attribute}

    with pytest.raises(InvalidEventError) as caught:
        cloudevents.check_envelope(event)

    assert caught.value.pointer == f"/{attribute}"


def test_null_means_the_same_as_absent():
    cloudevents.check_envelope(EVENT | {"subject": None, "time": None, "other": None})


def test_built_event_passes_and_leaves_out_what_is_not_known():
    event = cloudevents.build(
        event_type="mfg.ping.v1",
        source="/mfg/plant-a",
        subject=None,
        data={"note": "hello"},
        event_id="1",
        time=datetime(2026, 11, 20, 22, 15, tzinfo=timezone.utc),
        extensions={"correlationid": "c1", "causationid": None},
    )

    assert event == {
        "specversion": "1.0",
        "id": "1",
        "source": "/mfg/plant-a",
        "type": "mfg.ping.v1",
        "time": "2026-11-20T22:15:00Z",
        "datacontenttype": "application/json",
        "correlationid": "c1",
        "data": {"note": "hello"},
    }


def test_event_without_time_zone_is_not_built():
    with pytest.raises(ValueError, match="time zone"):
        cloudevents.build(
            event_type="mfg.ping.v1",
            source="/mfg",
            subject=None,
            data={},
            event_id="1",
            time=datetime(2026, 11, 20),
        )


@pytest.mark.parametrize(
    ("content_type", "body", "several"),
    [
        ("application/cloudevents+json", b"{}", False),
        ("application/cloudevents-batch+json", b"[]", True),
        ("application/x-ndjson", b"{}", True),
        ("application/json", b" [{}]", True),
        ("application/json", b"{}", False),
    ],
)
def test_sender_of_several_events_is_recognised(content_type, body, several):
    assert cloudevents.is_batch(content_type, body) is several


# ------------------------------------------------------------------
# The conformance cases of the CloudEvents project
# ------------------------------------------------------------------


def conformance_events(folder):
    """The events of the YAML cases, in JSON format."""
    for name in ("v1.yaml", "v1_minimum.yaml"):
        for case in yaml.safe_load_all((folder / name).read_text(encoding="utf-8")):
            attributes = dict(case["ContextAttributes"])
            extensions = attributes.pop("Extensions", {})
            event = {name: str(value) for name, value in attributes.items()}
            if isinstance(attributes.get("time"), datetime):
                event["time"] = attributes["time"].isoformat()
            yield event | extensions | {"data": case["Data"]}


def test_json_events_of_the_conformance_cases_pass(shared_data):
    accepted = []
    for event in conformance_events(shared_data / "cloudevents"):
        if "json" in event.get("datacontenttype", "json"):
            (read,) = cloudevents.parse(cloudevents.MEDIA_TYPE, as_bytes(event))
            cloudevents.check_envelope(read)
            accepted.append(read["id"])

    assert len(accepted) == 5


def test_structured_requests_of_the_conformance_feature_are_read(shared_data):
    feature = shared_data / "cloudevents" / "http-protocol-binding.feature"
    structured = feature.read_text(encoding="utf-8").partition("Structured content")[2]
    body = re.search(r"\n\s*\n(\s*\{.*?\n        \})\n", structured, re.DOTALL)[1]
    for content_type in re.findall(
        r"\| (application/cloudevents\S[^|]*?) +\|", structured
    ):
        (event,) = cloudevents.parse(content_type, body.encode())
        cloudevents.check_envelope(event)

        assert event == EVENT

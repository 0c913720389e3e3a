"""The fast decoder against the schemas, which are the truth."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.exceptions import MfgIntegrationError
from odoo.addons.mfg_integration_core.protocols import cloudevents, strict_json
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook

from ..event_reading import check_event, read
from ..protocols import machine_decoder
from ..protocols.machine_event import EdgeEvent
from ..protocols.machine_events import TYPES
from .schema_documents import ODD_VALUES, documents, neighbours

CONTRACTS = ContractBook([Path(__file__).parents[1] / "contract"])
BATCH, LINES = cloudevents.BATCH_MEDIA_TYPE, cloudevents.NDJSON_MEDIA_TYPE
REPEATABLE = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ATTRIBUTES = {
    "time": st.sampled_from(
        ["2026-03-02T09:40:58Z", "2026-03-02T10:40:58.037+01:00", None]
    ),
    "subject": st.just("line 1"),
    "sequence": st.sampled_from(["7-240", "12", "seven"]),
    "historical": st.booleans(),
    "recordedtime": st.just("2026-03-02T09:41:00Z"),
    "datacontenttype": st.just("application/json"),
}


def events(event_type):
    """Whole events of a type that keep their contract."""
    return st.fixed_dictionaries(
        {
            "specversion": st.just("1.0"),
            "id": st.text("ab-0189", min_size=1, max_size=30),
            "source": st.just("urn:plant:machine:1"),
            "type": st.just(event_type),
            "data": documents(CONTRACTS.schema(event_type)),
        },
        optional=ATTRIBUTES,
    )


def verdict(envelope):
    """The event as the schemas judge it, None when it is refused."""
    try:
        check_event(CONTRACTS, envelope)
    except MfgIntegrationError:
        return None
    return EdgeEvent.of_cloudevent(7, envelope)


def admit(_count):
    """Any number of events."""


class TestMachineDecoder(BaseCase):
    def assert_same(self, quick, slow):
        """Both stored the same; null is the same as absent in an envelope."""
        for name in set(EdgeEvent.__struct_fields__) - {"text"}:
            self.assertEqual(getattr(quick, name), getattr(slow, name), name)
        said = {
            name: value
            for name, value in json.loads(slow.text).items()
            if value is not None
        }
        self.assertEqual(json.loads(quick.text), said)

    def test_h1_valid_events_are_read_at_once_and_as_the_schema_reads_them(self):
        for event_type in TYPES:

            @REPEATABLE
            @given(events(event_type))
            def agree(envelope):
                slow = verdict(envelope)
                quick = machine_decoder.read_one(7, envelope)

                self.assertIsNotNone(slow, envelope)
                self.assertIsNotNone(quick, envelope)
                self.assert_same(quick, slow)

            with self.subTest(event_type):
                agree()

    def test_h1_nothing_is_read_at_once_that_the_schema_refuses(self):
        for event_type in TYPES:

            @REPEATABLE
            @given(neighbours(events(event_type)))
            def agree(envelope):
                quick = machine_decoder.read_one(7, envelope)
                if quick is not None:
                    slow = verdict(envelope)
                    self.assertIsNotNone(slow, envelope)
                    self.assert_same(quick, slow)

            with self.subTest(event_type):
                agree()

    def test_h1_every_odd_value_at_every_place_has_one_verdict(self):
        for event_type in TYPES:
            example = CONTRACTS.example(event_type)
            for part in ("data", None):
                for name in example["data"] if part else example:
                    for value in ODD_VALUES:
                        envelope = json.loads(json.dumps(example))
                        (envelope[part] if part else envelope)[name] = value
                        body = json.dumps([envelope], ensure_ascii=False).encode()
                        quick = machine_decoder.read(7, BATCH, body)
                        if quick:
                            slow = verdict(envelope)
                            self.assertIsNotNone(slow, envelope)
                            self.assert_same(quick[0], slow)

    def test_every_example_is_read_at_once_in_every_packing(self):
        examples = [CONTRACTS.example(name) for name in TYPES]
        batch = json.dumps(examples).encode()
        lines = "\r\n".join(map(json.dumps, examples)).encode()

        read_batch = machine_decoder.read(7, BATCH, batch)
        read_lines = machine_decoder.read(7, LINES, lines)

        self.assertEqual([event.event_type for event in read_batch], list(TYPES))
        self.assertEqual(read_batch, read_lines)
        self.assertEqual(
            machine_decoder.read(
                7, "application/json", json.dumps(examples[0]).encode()
            ),
            read_batch[:1],
        )

    def test_what_strict_json_refuses_is_never_read_at_once(self):
        plain = json.dumps(CONTRACTS.example(TYPES[1])).encode()
        self.assertIsNotNone(machine_decoder.read(7, BATCH, b"[%s]" % plain))
        spoiled = {
            "a member twice": plain.replace(b'{"spec', b'{"id": "x", "spec', 1),
            "in data": plain.replace(b'{"equip', b'{"equipment": "x", "equip', 1),
            "an escaped member": plain.replace(b'"id"', b'"\\u0069d": "x", "id"', 1),
            "NaN": plain.replace(b'"good_quantity": ', b'"good_quantity": NaN, "x": '),
            "NUL": plain.replace(b'"id": "', b'"id": "\\u0000'),
            "half a pair": plain.replace(b'"id": "', b'"id": "\\ud800'),
            "half a pair in bytes": plain.replace(b'"id": "', b'"id": "\xed\xa0\x80'),
            "a control character": plain.replace(b'"id": "', b'"id": "\n'),
            "no UTF-8": plain.replace(b'"id": "', b'"id": "\xff'),
            "too large": plain.replace(b'"good_quantity": ', b'"good_quantity": 1e999'),
            "deep": b"[" * 100_000,
            "cut off": plain[:-1],
            "more behind it": plain + b"1",
        }
        for what, event in spoiled.items():
            with self.subTest(what):
                body = b"[%s]" % event

                self.assertNotEqual(plain, event)
                with self.assertRaises(MfgIntegrationError):
                    strict_json.read(body)
                self.assertIsNone(machine_decoder.read(7, BATCH, body))

    def test_two_events_in_a_line_are_refused(self):
        event = json.dumps(CONTRACTS.example(TYPES[1])).encode()

        for joint in (b"", b" ", b",", b"\r"):
            self.assertIsNone(machine_decoder.read(7, LINES, event + joint + event))

    def test_events_that_need_a_closer_look_are_taken_beside_others(self):
        plain = CONTRACTS.example(TYPES[1])
        envelopes = [
            plain,
            {**plain, "id": "escaped \n"},
            {**plain, "id": "extended", "shift": "early"},
            {**plain, "id": "wrong", "data": {}},
        ]
        body = json.dumps(envelopes).encode()

        *taken, refused = read(7, CONTRACTS, BATCH, body, admit)

        self.assertEqual(
            [event.event_id for event in taken],
            [plain["id"], "escaped \n", "extended"],
        )
        self.assertEqual(json.loads(taken[2].text)["shift"], "early")
        self.assertEqual(refused.event_id, "wrong")
        self.assertTrue(refused.error.pointer.startswith("/data/"))

from datetime import datetime

from odoo import fields

from odoo.addons.mfg_integration_core.exceptions import (
    InvalidEventError,
    MissingReferenceError,
)

from .common import INSPECTION, QualityCase


class TestInspectionDecided(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.given_qms()

    def given_inspection(self, number="Q-77"):
        """The inspection that a fault led to, known to the QMS as ``number``."""
        inspection = super().given_inspection()
        self.env["mfg.binding"]._bind(self.connector, inspection, number)
        return inspection

    def test_the_decision_of_the_qms_is_taken_over(self):
        inspection = self.given_inspection()
        event = self.given_decision(
            self.connector, disposition="released", note="torque within limits"
        )

        self.handle(event)

        self.assertRecordValues(
            inspection,
            [
                {
                    "disposition": "released",
                    "decided_by": "Ines Okafor",
                    "decided_at": datetime(2026, 3, 2, 9, 20),
                    "note": "torque within limits",
                }
            ],
        )
        self.assertEqual(set(self.holds_of(inspection).mapped("state")), {"lifted"})
        self.assertRecordValues(
            event, [{"res_model": INSPECTION, "res_id": inspection.id}]
        )

    def test_b8_decision_of_a_clock_that_runs_ahead_gives_way_to_the_next(self):
        inspection = self.given_inspection()
        first = self.given_decision(
            self.connector,
            disposition="quarantined",
            decided_at="2099-01-01T00:00:00Z",
        )
        self.handle(first)
        self.assertEqual(inspection.decided_at, first.received_at)
        now = fields.Datetime.now().isoformat()

        self.handle(
            self.given_decision(
                self.connector, disposition="released", decided_at=f"{now}Z"
            )
        )

        self.assertEqual(inspection.disposition, "released")

    def test_holds_name_the_person_who_decided_at_the_qms(self):
        inspection = self.given_inspection()

        self.handle(self.given_decision(self.connector, disposition="released"))

        self.assertEqual(
            set(self.holds_of(inspection).mapped("lifted_by")), {"Ines Okafor"}
        )

    def test_a_decision_that_overtakes_the_answer_waits_for_it(self):
        super().given_inspection()

        with self.assertRaises(MissingReferenceError) as caught:
            self.handle(self.given_decision(self.connector, disposition="released"))

        self.assertEqual(caught.exception.model, INSPECTION)
        self.assertEqual(caught.exception.key, "Q-77")

    def test_an_illegal_decision_is_rejected(self):
        inspection = self.given_inspection()
        self.handle(self.given_decision(self.connector, disposition="rejected"))

        with self.assertRaises(InvalidEventError) as caught:
            self.handle(
                self.given_decision(
                    self.connector,
                    disposition="released",
                    decided_at="2026-03-02T10:00:00Z",
                )
            )

        self.assertEqual(caught.exception.code, "illegal_transition")
        self.assertEqual(inspection.disposition, "rejected")

    def test_b6_a_decision_older_than_the_known_one_is_ignored(self):
        inspection = self.given_inspection()
        self.handle(self.given_decision(self.connector, disposition="rework"))
        late = self.given_decision(
            self.connector,
            disposition="in_inspection",
            decided_at="2026-03-02T10:10:00+01:00",
        )

        self.handle(late)

        self.assertEqual(inspection.disposition, "rework")
        self.assertRecordValues(
            late, [{"state": "ignored", "reason_code": "older_version"}]
        )

    def test_b6_what_was_said_before_a_repeated_decision_is_no_news(self):
        inspection = self.given_inspection()
        for minute in (10, 30):
            self.handle(
                self.given_decision(
                    self.connector,
                    disposition="in_inspection",
                    decided_at=f"2026-03-02T09:{minute}:00Z",
                )
            )
        late = self.given_decision(
            self.connector,
            disposition="quarantined",
            decided_at="2026-03-02T09:20:00Z",
        )

        self.handle(late)

        self.assertEqual(inspection.disposition, "in_inspection")
        self.assertRecordValues(
            late, [{"state": "ignored", "reason_code": "older_version"}]
        )

    def test_the_event_joins_the_chain_of_the_inspection(self):
        inspection = self.given_inspection()
        event = self.given_decision(self.connector, disposition="in_inspection")

        self.handle(event)

        self.assertEqual(event.correlation_id, inspection.mfg_correlation_id)
        self.assertEqual(
            set(self.audit_of(inspection).mapped("message_uuid")) - {False},
            {event.uuid},
        )

import os
import time
import uuid
from collections import Counter
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models import mfg_retention
from ..unit_of_work import read_committed
from .committed_case import CommittedCase

TEST_TYPE = "mfg.test.happened.v1"


@tagged("post_install", "-at_install")
class TestRetention(CommittedCase):
    def given_old_event(self, age_days, *, state="processed", **values):
        """The id of an event that came, and changed last, so many days ago."""
        columns = {
            "uuid": str(uuid.uuid4()),
            "connector_id": self.connector_id,
            "event_id": uuid.uuid4().hex,
            "event_type": TEST_TYPE,
            "ordering_key": "ORDER-1",
            "state": state,
            "body": b"eyJ9",
            "payload": "{}",
            **values,
        }
        ((row_id,),) = self.sql(
            f"""
            INSERT INTO mfg_inbox_event
                   ({", ".join(columns)}, received_at, create_date)
            SELECT {", ".join(["%s"] * len(columns))}, moment, moment
              FROM (SELECT now() AT TIME ZONE 'UTC'
                           - make_interval(days => %s)) AS old (moment)
            RETURNING id
            """,
            *columns.values(),
            age_days,
        )
        return row_id

    def given_old_message(self, age_days, state="delivered"):
        """The id of a message with one attempt, so many days old."""

        def create(env):
            message = env["mfg.outbox.message"].create(
                {
                    "uuid": str(uuid.uuid4()),
                    "connector_id": self.connector_id,
                    "ordering_key": "ORDER-1",
                    "event_type": "mfg.test.changed.v1",
                    "snapshot": {"data": {"number": 1}},
                    "state": state,
                }
            )
            env["mfg.delivery.attempt"].create(
                {
                    "message_id": message.id,
                    "number": 1,
                    "started_at": message.create_date,
                    "request_body": b"eyJ9",
                    "response_body": b"eyJ9",
                    "response_status": 201,
                }
            )
            return message.id

        message_id = self.commit(create)
        self.sql(
            """
            UPDATE mfg_outbox_message
               SET create_date = create_date - make_interval(days => %s),
                   write_date = write_date - make_interval(days => %s)
             WHERE id = %s
            """,
            age_days,
            age_days,
            message_id,
        )
        return message_id

    def given_open_case(self, correlation_id):
        self.commit(lambda env: env["mfg.case"]._ensure(correlation_id, "Fault").id)

    def given_type_kept(self, bodies_days, headers_days):
        """The test type has a retention of its own until the end of the test."""

        def keep(env, own, bodies, headers):
            env["mfg.event.type"].search([("name", "=", TEST_TYPE)]).write(
                {
                    "has_own_retention": own,
                    "keep_bodies_days": bodies,
                    "keep_headers_days": headers,
                }
            )

        self.commit(lambda env: keep(env, True, bodies_days, headers_days))
        self.addCleanup(self.commit, lambda env: keep(env, False, 30, 365))

    def retain(self):
        self.commit(lambda env: env["mfg.retention"]._cron_apply())

    def kept(self, event_id):
        """(whether it has a body, whether that was removed), None without a row."""
        found = self.sql(
            """
            SELECT body IS NOT NULL AND payload IS NOT NULL,
                   bodies_removed_at IS NOT NULL
              FROM mfg_inbox_event WHERE id = %s
            """,
            event_id,
        )
        return found[0] if found else None

    # ------------------------------------------------------------------- what goes

    def test_a19_bodies_go_before_rows(self):
        young = self.given_old_event(29)
        old = self.given_old_event(31)
        ancient = self.given_old_event(366)

        self.retain()

        self.assertEqual(self.kept(young), (True, False))
        self.assertEqual(self.kept(old), (False, True))
        self.assertIsNone(self.kept(ancient))

    def test_a19_attempts_lose_their_bodies_and_later_go_with_their_message(self):
        old = self.given_old_message(31)
        ancient = self.given_old_message(366)

        self.retain()

        attempts = self.sql(
            """
            SELECT message_id, request_body, response_body, response_status
              FROM mfg_delivery_attempt WHERE message_id IN %s
            """,
            (old, ancient),
        )
        self.assertEqual(attempts, [(old, None, None, 201)])
        self.assertEqual(
            self.sql(
                "SELECT id, snapshot FROM mfg_outbox_message WHERE id IN %s",
                (old, ancient),
            ),
            [(old, None)],
        )

    def test_a19_the_time_counts_from_the_last_change(self):
        retried = self.given_old_event(400)
        self.sql(
            "UPDATE mfg_inbox_event SET processed_at = now() WHERE id = %s", retried
        )

        self.retain()

        self.assertEqual(self.kept(retried), (True, False))

    def test_a19_what_is_not_final_stays_however_old(self):
        states = ("received", "processing", "retry", "waiting", "dead")
        unfinished = [self.given_old_event(1000, state=state) for state in states]
        messages = [
            self.given_old_message(1000, state)
            for state in ("pending", "delivering", "retry", "held", "dead")
        ]

        self.retain()

        for event_id in unfinished:
            self.assertEqual(self.kept(event_id), (True, False))
        kept = self.sql(
            "SELECT snapshot IS NOT NULL FROM mfg_outbox_message WHERE id IN %s",
            tuple(messages),
        )
        self.assertEqual(kept, [(True,)] * len(messages))

    def test_a19_what_an_open_case_tells_about_stays(self):
        chain = str(uuid.uuid4())
        self.given_open_case(chain)
        of_the_case = self.given_old_event(1000, correlation_id=chain)

        self.retain()
        before = self.kept(of_the_case)
        self.sql(
            "UPDATE mfg_case SET state = 'settled' WHERE correlation_id = %s", chain
        )
        self.retain()

        self.assertEqual(before, (True, False))
        self.assertIsNone(self.kept(of_the_case))

    def test_a19_an_event_type_may_keep_for_ever(self):
        self.given_type_kept(bodies_days=0, headers_days=0)
        ancient = self.given_old_event(5000)

        self.retain()

        self.assertEqual(self.kept(ancient), (True, False))

    def test_a19_an_event_type_may_keep_less_than_the_settings_say(self):
        self.given_type_kept(bodies_days=1, headers_days=3)
        two_days, four_days = self.given_old_event(2), self.given_old_event(4)

        self.retain()

        self.assertEqual(self.kept(two_days), (False, True))
        self.assertIsNone(self.kept(four_days))

    def test_a19_attachments_leave_the_filestore(self):
        old, ancient = self.given_old_event(31), self.given_old_event(366)

        def attach(env):
            attachments = env["ir.attachment"].create(
                [
                    {
                        "name": "drawing.pdf",
                        "raw": os.urandom(2048),
                        "res_model": "mfg.inbox.event",
                        "res_id": event_id,
                    }
                    for event_id in (old, ancient)
                ]
            )
            return [
                attachment._full_path(attachment.store_fname)
                for attachment in attachments
            ]

        paths = self.commit(attach)
        self.assertEqual([os.path.exists(path) for path in paths], [True, True])

        self.retain()
        # The transaction-safe half of Odoo's own collection of unused files.
        self.commit(lambda env: env["ir.attachment"]._gc_file_store_unsafe())

        self.assertEqual([os.path.exists(path) for path in paths], [False, False])

    # ------------------------------------------------------------------- how it goes

    def test_a19_it_goes_in_chunks_until_nothing_is_left(self):
        events = [self.given_old_event(366) for _ in range(5)]

        with patch.object(mfg_retention, "CHUNK_ROWS", 2):
            self.retain()

        self.assertEqual([self.kept(event_id) for event_id in events], [None] * 5)

    def test_a19_a_chunk_that_is_out_of_time_is_left_to_the_next_run(self):
        ancient = self.given_old_event(366)

        complete = self.commit(
            lambda env: env["mfg.retention"]._apply(
                "rows", "in", time.monotonic() - 1, Counter()
            )
        )

        self.assertFalse(complete)
        self.assertEqual(self.kept(ancient), (True, False))

    def test_a19_a_row_that_somebody_holds_is_not_waited_for(self):
        held, free = self.given_old_event(366), self.given_old_event(366)

        with read_committed(self.registry) as cr:
            cr.execute(
                "SELECT 1 FROM mfg_inbox_event WHERE id = %s FOR UPDATE", (held,)
            )
            self.retain()

        self.assertEqual(self.kept(held), (True, False))
        self.assertIsNone(self.kept(free))

    def test_a19_the_notes_say_what_went(self):
        self.given_old_event(366)

        self.retain()

        notes = self.sql("SELECT text FROM mfg_hub_note WHERE kind = 'removed'")
        self.assertIn((f"Retention: 1 whole rows of {TEST_TYPE}",), notes)

    def test_a19_the_preview_says_what_goes_before_it_goes(self):
        self.given_type_kept(bodies_days=1, headers_days=3)
        self.retain()
        two_days = [self.given_old_event(2) for _ in range(3)]
        self.given_old_event(4)

        preview = self.commit(lambda env: env["mfg.retention"]._preview())

        lines = [line for line in preview if line["event_type"] == TEST_TYPE]
        counts = {line["step"]: line["count"] for line in lines}
        self.assertEqual(counts, {"bodies": 3, "rows": 1})
        self.assertTrue(all(line["bytes"] > 0 for line in lines))
        self.assertEqual(self.kept(two_days[0]), (True, False))

    def test_a19_what_was_said_cannot_be_repeated_once_it_is_removed(self):
        rejected = self.given_old_event(31, state="rejected")
        self.retain()

        def retry(env):
            env["mfg.inbox.event"].browse(rejected).action_retry()

        with self.assertRaisesRegex(UserError, "removed on"):
            self.commit(retry)


@tagged("post_install", "-at_install")
class TestRetentionScreens(TransactionCase):
    def test_a19_for_ever_is_remembered_by_the_settings(self):
        settings = self.env["res.config.settings"].create(
            {"mfg_keep_bodies_days": 7, "mfg_keep_headers_days": 0}
        )

        settings.set_values()

        self.assertEqual(self.env["mfg.retention"]._default_days(), (7, 0))
        values = self.env["res.config.settings"].default_get(["mfg_keep_headers_days"])
        self.assertEqual(values["mfg_keep_headers_days"], 0)

    def test_a19_the_preview_adds_up_what_its_lines_say(self):
        lines = [
            {"step": "rows", "event_type": "a", "count": 1, "bytes": 3 * 1024},
            {"step": "bodies", "event_type": "b", "count": 2, "bytes": 1024},
        ]

        with patch.object(
            type(self.env["mfg.retention"]), "_preview", return_value=lines
        ):
            preview = self.env["mfg.retention.preview"].create({})

        self.assertEqual(preview.line_ids.mapped("count"), [1, 2])
        self.assertEqual(preview.total, "4.00 Kb")
        self.assertEqual(preview.line_ids[0].size, "3.00 Kb")

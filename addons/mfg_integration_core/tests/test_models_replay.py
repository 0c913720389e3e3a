import uuid
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .committed_case import CommittedCase


class ReplayCase(CommittedCase):
    """Events and messages that failed, and a person who has them go again."""

    def setUp(self):
        super().setUp()
        self.commit(self._subscribe)
        # Other tests count who gets a message.
        self.addCleanup(
            self.commit,
            lambda env: (
                env["mfg.connector"].browse(self.connector_id).subscription_ids.unlink()
            ),
        )

    def _subscribe(self, env):
        connector = env["mfg.connector"].browse(self.connector_id)
        connector.adapter = "test"
        env["mfg.subscription"].create(
            {
                "connector_id": connector.id,
                "event_type_id": env.ref(
                    "mfg_integration_test.mfg_event_type_test_out"
                ).id,
                "operation": "tell",
            }
        )

    def given_user(self, role):
        """Id of a user with that role."""
        login = f"{role}-{uuid.uuid4().hex[:8]}"
        groups = f"base.group_user,mfg_integration_core.group_{role}"
        return self.commit(lambda env: new_test_user(env, login, groups=groups).id)

    def given_messages(self, *data):
        """Messages to the connector about one document; their ids."""

        def emit(env):
            document = env["mfg.test.effect"].create({"name": uuid.uuid4().hex})
            messages = env["mfg.outbox.message"]
            for content in data:
                messages |= messages._emit("mfg.test.changed.v1", document, content)
            return messages.filtered(
                lambda message: message.connector_id.id == self.connector_id
            ).ids

        return self.commit(emit)

    def drain_everything(self):
        while self.drain():
            continue

    def replay(self, uid=None, **choice):
        """What the wizard answers after its dry run, and the id of the wizard."""

        def rehearse(env):
            wizards = env["mfg.replay"].with_user(uid or env.uid)
            wizard = wizards.create({"connector_ids": [self.connector_id], **choice})
            wizard.action_rehearse()
            return wizard.id, wizard.read()[0], wizard.line_ids.read()

        return self.commit(rehearse)

    def run_replay(self, wizard_id, uid=None):
        """Id of the run that the wizard started, once all of it was done."""

        def run(env):
            wizard = env["mfg.replay"].with_user(uid or env.uid).browse(wizard_id)
            return wizard.action_run()["res_id"]

        run_id = self.commit(run)
        self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work())
        return run_id

    def run_facts(self, run_id):
        facts = ["state", "total", "replayed_count", "refused_count", "arrived_count"]
        return self.commit(
            lambda env: [env["mfg.replay.run"].browse(run_id)[name] for name in facts]
        )

    def chunks_of(self, rows):
        """Have runs put back so many rows at a time."""
        module = "odoo.addons.mfg_integration_core.models.mfg_replay_run"
        return patch(f"{module}.CHUNK_ROWS", rows)

    def times_sent(self):
        """How often each message that reached the partner was sent."""
        return [
            count
            for (count,) in self.sql(
                """
                SELECT count(*)
                  FROM mfg_delivery_attempt attempt
                  JOIN mfg_outbox_message message ON message.id = attempt.message_id
                 WHERE message.connector_id = %s AND attempt.outcome = 'succeeded'
                 GROUP BY message.id
                """,
                self.connector_id,
            )
        ]

    def rows(self, table, columns):
        return self.sql(
            f"SELECT {columns} FROM {table} WHERE connector_id = %s ORDER BY id",
            self.connector_id,
        )


@tagged("post_install", "-at_install")
class TestReplay(ReplayCase):
    def given_mended_failures(self, count=3):
        """Dead events of one lane whose cause somebody has mended meanwhile."""
        self.given_events(
            *[self.event(number, fail="missing") for number in range(count)]
        )
        self.drain_everything()
        self.sql(
            """
            UPDATE mfg_inbox_event SET state = 'dead', cause = 'x', failed_at = now(),
                   payload = payload #- '{data,fail}'
             WHERE connector_id = %s
            """,
            self.connector_id,
        )

    def test_a13_a_refused_message_goes_again_under_the_same_id(self):
        (message_id,) = self.given_messages({"number": 1, "answer": "refuse"})
        self.drain_everything()
        before = self.rows("mfg_outbox_message", "id, uuid, lane_sequence, state")
        self.assertEqual(before[0][3], "dead")
        self.sql(
            "UPDATE mfg_outbox_message"
            " SET snapshot = snapshot #- '{data,answer}' WHERE id = %s",
            message_id,
        )

        wizard_id, _told, _lines = self.replay()
        run_id = self.run_replay(wizard_id)
        self.drain_everything()

        after = self.rows("mfg_outbox_message", "id, uuid, lane_sequence, state")
        self.assertEqual(after, [(*before[0][:3], "delivered")])
        self.assertEqual(self.run_facts(run_id), ["done", 1, 1, 0, 1])

    def test_a13_a_run_says_what_was_chosen_and_what_is_still_on_its_way(self):
        self.given_mended_failures(2)
        wizard_id, _told, _lines = self.replay()
        run_id = self.run_replay(wizard_id)

        def look(env):
            run = env["mfg.replay.run"].browse(run_id)
            return run.scope, run.state, run.underway_count, run.is_underway

        scope, *waiting = self.commit(look)
        self.drain_everything()
        _scope, *arrived = self.commit(look)

        self.assertTrue(scope.endswith("dead letters and rejected events"), scope)
        self.assertEqual(waiting, ["done", 2, True])
        self.assertEqual(arrived, ["done", 0, False])

    def test_a13_a_replay_by_filter_keeps_the_order_of_the_lane(self):
        self.given_mended_failures(5)

        wizard_id, _told, _lines = self.replay(direction="in")
        self.run_replay(wizard_id)
        self.drain_everything()

        self.assertEqual(self.effects(), [0, 1, 2, 3, 4])

    def test_a13_a_time_range_leaves_the_rest_alone(self):
        self.given_mended_failures(2)
        self.sql(
            """
            UPDATE mfg_inbox_event SET create_date = '2026-01-01 08:00'
             WHERE id = (SELECT min(id) FROM mfg_inbox_event WHERE connector_id = %s)
            """,
            self.connector_id,
        )

        _id, told, _lines = self.replay(
            begin_at="2026-01-01 00:00:00", end_at="2026-01-02 00:00:00"
        )

        self.assertEqual(told["total_count"], 1)

    def test_a13_one_row_is_replayed_from_its_own_form(self):
        self.given_mended_failures(2)
        ((event_id,), _other) = self.rows("mfg_inbox_event", "id")

        action = self.commit(
            lambda env: env["mfg.inbox.event"].browse(event_id).action_replay()
        )
        _id, told, _lines = self.replay(
            selection_ids=action["context"]["default_selection_ids"]
        )

        self.assertEqual(told["total_count"], 1)

    def test_a13_a_run_goes_on_in_chunks_and_shows_how_far_it_came(self):
        self.given_mended_failures(5)
        wizard_id, _told, _lines = self.replay()
        run_id = self.commit(
            lambda env: env["mfg.replay"].browse(wizard_id).action_run()["res_id"]
        )

        with self.chunks_of(2):
            self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work_chunk())
            under_way = self.run_facts(run_id)
            self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work())

        self.assertEqual(under_way[:3], ["running", 5, 2])
        self.assertEqual(self.run_facts(run_id)[:3], ["done", 5, 5])

    def test_a13_a_stopped_run_leaves_the_rest_alone(self):
        self.given_mended_failures(5)
        wizard_id, _told, _lines = self.replay()
        run_id = self.commit(
            lambda env: env["mfg.replay"].browse(wizard_id).action_run()["res_id"]
        )

        with self.chunks_of(2):
            self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work_chunk())
            self.commit(
                lambda env: env["mfg.replay.run"].browse(run_id).action_cancel()
            )
            self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work())

        self.assertEqual(self.run_facts(run_id)[:3], ["cancelled", 5, 2])
        self.assertEqual(self.states(), ["retry"] * 2 + ["dead"] * 3)

    def test_a13_a_run_that_lost_its_job_is_finished_by_the_sweeper(self):
        self.given_mended_failures(2)
        wizard_id, _told, _lines = self.replay()
        run_id = self.commit(
            lambda env: env["mfg.replay"].browse(wizard_id).action_run()["res_id"]
        )

        self.commit(lambda env: env["mfg.replay.run"]._resume_lost())

        self.assertEqual(self.run_facts(run_id)[0], "done")

    def test_a13_a_delivered_message_is_sent_again_only_when_chosen_and_is_marked(self):
        self.given_messages({"number": 1})
        self.drain_everything()

        _id, refused, _lines = self.replay(domain="[]")
        wizard_id, accepted, _lines = self.replay(
            domain="[]", sent_again=True, why="They restored a backup"
        )
        self.run_replay(wizard_id)
        self.drain_everything()

        self.assertEqual((refused["accepted_count"], refused["refused_count"]), (0, 1))
        self.assertEqual(accepted["accepted_count"], 1)
        self.assertEqual(
            self.rows("mfg_outbox_message", "state, replay_count, repeated"),
            [("delivered", 1, True)],
        )
        self.assertEqual(self.times_sent(), [2])

    def test_a13_a_repetition_on_purpose_needs_a_reason(self):
        self.given_messages({"number": 1})
        self.drain_everything()
        wizard_id, _told, _lines = self.replay(domain="[]", sent_again=True)

        with self.assertRaisesRegex(UserError, "Say why"):
            self.run_replay(wizard_id)

    def test_a13_processed_events_are_handled_again_by_an_approver_only(self):
        self.given_events(self.event(1))
        self.drain_everything()
        choice = {"domain": "[]", "handled_again": True, "why": "Undone by mistake"}

        with self.assertRaisesRegex(AccessError, "Approver"):
            self.replay(uid=self.given_user("operator"), **choice)
        approver = self.given_user("approver")
        wizard_id, told, _lines = self.replay(uid=approver, **choice)
        self.run_replay(wizard_id, uid=approver)
        self.drain_everything()

        self.assertEqual(told["accepted_count"], 1)
        self.assertEqual(self.effects(), [1, 1])

    def test_a13_who_only_looks_replays_nothing(self):
        viewer = self.given_user("viewer")

        with self.assertRaises(AccessError):
            self.replay(uid=viewer)

    def test_a13_who_asked_for_a_replay_is_in_the_audit_trail(self):
        self.given_mended_failures(1)
        operator = self.given_user("operator")
        wizard_id, _told, _lines = self.replay(uid=operator)

        run_id = self.run_replay(wizard_id, uid=operator)

        actors = self.sql(
            "SELECT user_.id FROM mfg_audit_entry entry"
            " JOIN res_users user_ ON user_.login = entry.actor"
            " WHERE entry.action = 'replay.started' AND entry.res_id = %s",
            run_id,
        )
        self.assertEqual(actors, [(operator,)])

    def test_a14_the_dry_run_says_what_an_event_would_change_and_changes_nothing(self):
        self.given_mended_failures(1)

        _id, told, (line,) = self.replay()

        self.assertEqual((told["accepted_count"], told["refused_count"]), (1, 0))
        self.assertEqual(line["kind"], "goes")
        self.assertIn("Would concern", line["effect"])
        self.assertEqual(self.states(), ["dead"])
        self.assertEqual(self.effects(), [])

    def test_a14_the_dry_run_says_what_would_fail_again_and_why(self):
        self.given_events(self.event(1, fail="user_error"))
        self.drain_everything()

        _id, _told, (line,) = self.replay()

        self.assertEqual(line["kind"], "fails")
        self.assertIn("The test asked for an error of Odoo", line["effect"])

    def test_a14_the_dry_run_says_what_would_be_sent_and_sends_nothing(self):
        self.given_messages({"number": 1, "answer": "refuse"})
        self.drain_everything()

        _id, _told, (line,) = self.replay()

        self.assertEqual(line["effect"], "POST http://partner.test/things, 2 bytes")
        self.assertEqual(self.times_sent(), [])
        self.assertEqual(self.rows("mfg_outbox_message", "state"), [("dead",)])

    def test_a14_the_dry_run_counts_why_rows_are_refused(self):
        self.given_messages({"number": 1}, {"number": 2}, {"number": 3})
        self.drain_everything()
        self.sql(
            """
            UPDATE mfg_outbox_message SET state = 'superseded'
             WHERE id = (SELECT min(id) FROM mfg_outbox_message
                          WHERE connector_id = %s)
            """,
            self.connector_id,
        )

        _id, told, _lines = self.replay(domain="[]")

        self.assertEqual(
            told["refusals"].splitlines(),
            [
                "2 × The partner has it already.",
                "1 × A newer message has taken its place.",
            ],
        )

    def test_a14_a_paused_connector_is_named_as_the_reason(self):
        self.given_mended_failures(1)
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).action_pause()
        )

        wizard_id, told, _lines = self.replay()

        self.assertIn("Its connector is paused. Resume it first.", told["refusals"])
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.run_replay(wizard_id)

    def test_a14_nothing_runs_before_its_dry_run_was_looked_at(self):
        def run_at_once(env):
            return env["mfg.replay"].create({}).action_run()

        with self.assertRaisesRegex(UserError, "Look at the dry run first"):
            self.commit(run_at_once)

    def test_a14_what_changed_since_the_dry_run_is_judged_anew(self):
        self.given_mended_failures(2)
        wizard_id, _told, _lines = self.replay()
        run_id = self.commit(
            lambda env: env["mfg.replay"].browse(wizard_id).action_run()["res_id"]
        )
        self.sql(
            "UPDATE mfg_inbox_event SET state = 'processed' WHERE connector_id = %s",
            self.connector_id,
        )

        self.commit(lambda env: env["mfg.replay.run"].browse(run_id)._work())

        self.assertEqual(self.run_facts(run_id)[:4], ["done", 2, 0, 2])
        says = self.commit(
            lambda env: env["mfg.replay.run"].browse(run_id).line_ids.mapped("says")
        )
        self.assertEqual(set(says), {"It had its effect in Odoo already."})

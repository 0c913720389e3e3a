from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.mfg_retention import BODIES, STORES
from .test_models_replay import ReplayCase

GOOD = '{"number": 7}'


@tagged("post_install", "-at_install")
class TestCorrection(ReplayCase):
    def setUp(self):
        super().setUp()
        self.given_events(self.event(1, fail="invalid"))
        self.drain_everything()
        ((self.event_id,),) = self.rows("mfg_inbox_event", "id")
        self.approver = self.given_user("approver")

    def correct(self, content, why="The sender confirmed it", uid=None):
        """What the wizard says about a text that a person resubmits, if anything."""

        def resubmit(env):
            wizards = env["mfg.payload.correct"].with_user(uid or self.approver)
            wizard = wizards.create({"event_id": self.event_id})
            wizard.write({"content": content, "why": why})
            wizard.action_resubmit()
            return wizard.problem

        return self.commit(resubmit)

    def versions(self):
        return self.sql(
            "SELECT number, content, editor_id, why FROM mfg_payload_version"
            " WHERE event_id = %s ORDER BY number",
            self.event_id,
        )

    def test_a15_a_corrected_payload_is_handled(self):
        self.correct(GOOD)
        self.drain_everything()

        self.assertEqual(self.states(), ["processed"])
        self.assertEqual(self.effects(), [7])

    def test_a15_both_versions_and_the_editor_are_kept(self):
        self.correct(GOOD)

        (received, corrected) = self.versions()

        self.assertEqual((received[0], received[2], received[3]), (1, None, None))
        self.assertIn('"number": 1', received[1])
        self.assertEqual(corrected, (2, GOOD, self.approver, "The sender confirmed it"))

    def test_a15_what_was_received_stays_as_it_was(self):
        before = self.rows("mfg_inbox_event", "uuid, event_id, body, digest")

        self.correct(GOOD)

        self.assertEqual(
            self.rows("mfg_inbox_event", "uuid, event_id, body, digest"), before
        )

    def test_a15_the_contract_names_the_place_of_what_is_wrong(self):
        problem = self.correct('{"number": "seven"}')

        self.assertEqual(problem, "/data/number: `number` must be a whole number.")
        self.assertEqual(self.states(), ["rejected"])
        self.assertEqual(self.versions(), [])

    def test_a15_text_that_is_no_json_is_refused_with_line_and_column(self):
        problem = self.correct('{"number": }')

        self.assertIn("line 1, column 12", problem)
        self.assertEqual(self.states(), ["rejected"])

    def test_a15_the_correction_is_in_the_audit_trail(self):
        self.correct(GOOD)

        entries = self.sql(
            "SELECT old_value, new_value, why FROM mfg_audit_entry"
            " WHERE action = 'payload.corrected' AND res_id = %s",
            self.event_id,
        )
        self.assertEqual(len(entries), 1)
        (old, new, why) = entries[0]
        self.assertIn('"number": 1', old)
        self.assertIn('"number": 7', new)
        self.assertEqual(why, "The sender confirmed it")

    def test_a15_a_version_shows_what_was_changed(self):
        self.correct(GOOD)

        difference = self.commit(
            lambda env: (
                env["mfg.payload.version"]
                .search([("event_id", "=", self.event_id), ("number", "=", 2)])
                .difference
            )
        )

        self.assertIn('-  "number": 1', difference)
        self.assertIn('+  "number": 7', difference)

    def test_a15_a_second_correction_is_a_third_version(self):
        self.correct('{"number": 7, "fail": "invalid"}')
        self.drain_everything()
        self.assertEqual(self.states(), ["rejected"])

        self.correct(GOOD)
        self.drain_everything()

        self.assertEqual([version[0] for version in self.versions()], [1, 2, 3])
        self.assertEqual(self.states(), ["processed"])

    def test_a15_only_an_approver_corrects(self):
        operator = self.given_user("operator")

        with self.assertRaises(AccessError):
            self.correct(GOOD, uid=operator)
        with self.assertRaisesRegex(AccessError, "Approver"):
            self.commit(
                lambda env: (
                    env["mfg.inbox.event"]
                    .with_user(operator)
                    .browse(self.event_id)
                    ._correct(GOOD, "why")
                )
            )

    def test_a15_a_correction_without_reason_is_refused(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.correct(GOOD, why=False)

    def test_a15_an_event_that_had_its_effect_is_not_corrected(self):
        self.correct(GOOD)
        self.drain_everything()

        with self.assertRaisesRegex(UserError, "is not corrected"):
            self.correct('{"number": 8}')

        self.assertEqual(self.effects(), [7])

    def test_a15_versions_leave_with_the_bodies_of_their_event(self):
        self.correct(GOOD)
        self.drain_everything()

        self.commit(
            lambda env: env["mfg.retention"]._remove(
                BODIES, STORES["in"], [self.event_id]
            )
        )

        self.assertEqual(self.versions(), [])

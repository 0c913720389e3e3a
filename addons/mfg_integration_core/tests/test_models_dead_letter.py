from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestDeadLetterList(CommittedCase):
    """What real failures look like in the list."""

    def letters(self):
        """What the list shows of the connector's failures, newest first."""
        return self.sql(
            """
            SELECT reason_code, state, cause, owner_id, failed_at IS NOT NULL
              FROM mfg_dead_letter WHERE connector_id = %s
             ORDER BY id
            """,
            self.connector_id,
        )

    def test_a12_a_dead_event_is_listed_with_cause_age_and_nobody_responsible(self):
        self.given_events(self.event(1, fail="user_error"))

        self.drain()

        cause = "Test · internal error · The test asked for an error of Odoo."
        self.assertEqual(
            self.letters(), [("internal_error", "dead", cause, None, True)]
        )

    def test_a12_failures_of_one_cause_are_one_group(self):
        self.given_events(
            *[
                self.event(number, fail="user_error", subject=f"ORDER-{number}")
                for number in range(3)
            ],
            self.event(9, fail="invalid", subject="ORDER-9"),
        )

        while self.drain():
            continue

        causes = [cause for (_code, _state, cause, _owner, _since) in self.letters()]
        self.assertEqual(len(causes), 4)
        self.assertEqual(len(set(causes)), 2)

    def test_a12_the_connector_counts_what_its_list_of_letters_shows(self):
        self.given_events(
            self.event(1, fail="user_error"),
            self.event(2, fail="invalid", subject="ORDER-2"),
        )
        while self.drain():
            continue

        def look(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            action = connector.action_view_dead_letters()
            letters = env[action["res_model"]].search(action["domain"])
            return connector.dead_count, letters.mapped("state")

        count, states = self.commit(look)
        self.assertEqual(count, 2)
        self.assertEqual(sorted(states), ["dead", "rejected"])

    def test_a12_a_retried_letter_leaves_the_list(self):
        self.given_events(self.event(1, fail="user_error"))
        self.drain()

        self.commit(lambda env: self.given_letters(env).action_retry())

        self.assertFalse(self.letters())

    def test_a12_a_letter_that_a_person_set_aside_leaves_the_list(self):
        self.given_events(
            self.event(1, fail="user_error"),
            self.event(2, fail="invalid", subject="ORDER-2"),
        )
        while self.drain():
            continue

        self.commit(lambda env: self.given_letters(env).action_set_aside())

        self.assertFalse(self.letters())
        self.assertEqual(self.states(), ["rejected", "rejected"])

    def given_letters(self, env):
        """The connector's letters, in the transaction of ``env``."""
        return env["mfg.dead.letter"].search([("connector_id", "=", self.connector_id)])


@tagged("post_install", "-at_install")
class TestDeadLetterOwner(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env,
            login="letters_operator",
            groups="base.group_user,mfg_integration_core.group_operator",
        )
        cls.viewer = new_test_user(
            cls.env,
            login="letters_viewer",
            groups="base.group_user,mfg_integration_core.group_viewer",
        )
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "CMMS", "code": "letters"}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Assembly Robot R1"})
        cls.message = cls.env["mfg.outbox.message"].create(
            {
                "uuid": "letters",
                "connector_id": cls.connector.id,
                "ordering_key": "R1",
                "state": "delivering",
                "res_model": cls.partner._name,
                "res_id": cls.partner.id,
            }
        )
        cls.message._set_state(
            "dead",
            allowed=("delivering",),
            reason_code="delivery_refused",
            reason="Asset 4711 is unknown.",
        )
        cls.env.flush_all()
        cls.letter = cls.env["mfg.dead.letter"].browse(cls.message.id)

    def found(self, filter_name, user):
        """Letters that a filter of the list's search shows to ``user``."""
        domains = {
            "mine": [("owner_id", "=", user.id)],
            "unassigned": [("owner_id", "=", False)],
        }
        self.env.flush_all()
        letters = self.env["mfg.dead.letter"].with_user(user)
        return letters.search(
            [("connector_id", "=", self.connector.id), *domains[filter_name]]
        )

    def test_a12_a_letter_names_the_document_that_it_affects(self):
        self.assertEqual(self.letter.document_name, "Assembly Robot R1")

    def test_a12_the_age_counts_from_the_failure(self):
        self.message.failed_at = fields.Datetime.now() - timedelta(hours=2)
        self.env.flush_all()
        self.env.invalidate_all()

        self.assertAlmostEqual(self.letter.age_s, 7200, delta=60)

    def test_a12_an_operator_takes_a_letter_that_nobody_had(self):
        self.assertEqual(self.found("unassigned", self.operator), self.letter)

        self.letter.with_user(self.operator).action_assign_to_me()

        self.assertEqual(self.found("mine", self.operator), self.letter)
        self.assertFalse(self.found("unassigned", self.operator))

    def test_a12_letters_are_assigned_to_somebody_who_can_act(self):
        wizards = self.env["mfg.dead.letter.assign"].with_user(self.operator)
        selected = wizards.with_context(active_ids=self.letter.ids)

        selected.create({"owner_id": self.operator.id}).action_assign()
        with self.assertRaisesRegex(UserError, "is no Integration Operator"):
            selected.create({"owner_id": self.viewer.id}).action_assign()

        self.assertEqual(self.message.owner_id, self.operator)

    def test_a12_who_only_looks_takes_nothing_over(self):
        with self.assertRaises(AccessError):
            self.letter.with_user(self.viewer).action_assign_to_me()

    def test_a12_the_responsible_stays_when_the_letter_comes_back(self):
        self.message.with_user(self.operator).action_assign_to_me()

        self.message.with_user(self.operator).action_retry()

        self.assertRecordValues(
            self.message,
            [{"state": "retry", "cause": False, "owner_id": self.operator.id}],
        )

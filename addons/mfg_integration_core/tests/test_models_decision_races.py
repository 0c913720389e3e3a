import uuid

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..exceptions import DECISION, Conflict
from .committed_case import CommittedCase
from .racer import Racer

MEMBERS = ("name", "city")


class TestDecisionRaces(CommittedCase):
    """Two people decide about one event, which a third may take back meanwhile."""

    def setUp(self):
        super().setUp()
        self.commit(self._create)

    def _create(self, env):
        """An event that waits for two decisions about one partner."""
        approvers = [
            new_test_user(
                env,
                f"races-{uuid.uuid4().hex[:8]}",
                groups="mfg_integration_core.group_approver",
            )
            for _member in MEMBERS
        ]
        self.approver_ids = [approver.id for approver in approvers]
        partner = env["res.partner"].create({"name": "Old", "city": "Old"})
        connector = env["mfg.connector"].browse(self.connector_id)
        event = env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid.uuid4()),
                "event_id": uuid.uuid4().hex,
                "event_type": "mfg.test.happened.v1",
                "connector_id": connector.id,
                "company_id": connector.company_id.id,
                "received_at": fields.Datetime.now(),
                "ordering_key": "one",
                "correlation_id": str(uuid.uuid4()),
                "state": "waiting",
                "waiting_model": DECISION,
                "next_attempt_at": fields.Datetime.add(
                    fields.Datetime.now(), minutes=15
                ),
            }
        )
        env["mfg.decision"]._ask(
            event, [_conflict(partner, member) for member in MEMBERS]
        )
        self.event_id = event.id
        self.decision_ids = (
            env["mfg.decision"].search([("event_id", "=", event.id)], order="id").ids
        )

    # ------------------------------------------------------------------- works

    def decide(self, number, is_approved=True):
        """One of the two decides one of the two questions, then stops."""

        def work(env, stop=lambda: None):
            decision = env["mfg.decision"].browse(self.decision_ids[number])
            decision.with_user(self.approver_ids[number])._decide(is_approved, "Seen.")
            env.flush_all()
            stop()

        return work

    def take_back(self, env, stop=lambda: None):
        """An operator rejects the event, as nobody needs it any more."""
        event = env["mfg.inbox.event"].browse(self.event_id)
        event._set_state("rejected", allowed=("waiting",), reason="Sent by mistake")
        env.flush_all()
        stop()

    def states(self):
        """``(state of the event, states of its decisions)``."""

        def read(env):
            event = env["mfg.inbox.event"].browse(self.event_id)
            decisions = env["mfg.decision"].browse(self.decision_ids)
            return event.state, decisions.mapped("state")

        return self.commit(read)

    # ------------------------------------------------------------------- tests

    def test_b5_of_two_people_who_decide_at_once_the_second_lets_the_event_go_on(self):
        first = Racer(self, self.decide(0)).until_it_stops()
        second = Racer(self, self.decide(1))
        second.start()

        first.finish()
        second.finish()

        self.assertEqual((first.error, second.error), (None, None))
        self.assertEqual(self.states(), ("retry", ["approved", "approved"]))

    def test_b5_of_approval_and_rejection_at_once_the_rejection_stands(self):
        first = Racer(self, self.decide(0)).until_it_stops()
        second = Racer(self, self.decide(1, is_approved=False))
        second.start()

        first.finish()
        second.finish()

        self.assertEqual(self.states(), ("rejected", ["approved", "rejected"]))

    def test_b5_what_is_taken_back_while_it_is_approved_stays_so(self):
        taking_back = Racer(self, self.take_back).until_it_stops()
        approving = Racer(self, self.decide(0))
        approving.start()

        taking_back.finish()
        approving.finish()

        self.assertIsInstance(approving.error, UserError)
        self.assertEqual(self.states(), ("rejected", ["lapsed", "lapsed"]))


def _conflict(partner, member):
    return Conflict(
        model=partner._name,
        record_id=partner.id,
        name=partner.name,
        target=member,
        label=member.title(),
        old="Old",
        wanted="New",
        rule_id=0,
        owner=0,
        owner_name="Odoo",
        is_queued=True,
    )

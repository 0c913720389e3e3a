import os
import uuid
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import TransactionCase, tagged

from .committed_case import CommittedCase
from .common import ManufacturingScene


def _given_subscription(env, code, **values):
    """A live connector that wants to know of test changes."""
    connector = env["mfg.connector"].create({"name": code, "code": code})
    connector.state = "live"
    env["mfg.subscription"].create(
        {
            "connector_id": connector.id,
            "event_type_id": env.ref("mfg_integration_test.mfg_event_type_test_out").id,
            "operation": "tell",
            **values,
        }
    )
    return connector


@tagged("post_install", "-at_install")
class TestOutbox(TransactionCase):
    def setUp(self):
        super().setUp()
        keys = patch.dict(
            os.environ, {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        )
        keys.start()
        self.addCleanup(keys.stop)
        self.document = self.env["mfg.test.effect"].create({"name": "D1", "number": 1})

    def emit(self, **context):
        return (
            self.env["mfg.outbox.message"]
            .with_context(**context)
            ._emit("mfg.test.changed.v1", self.document, {"number": 1})
        )

    def test_nobody_who_did_not_subscribe_gets_a_message(self):
        self.assertFalse(self.emit())

    def test_what_nobody_wants_asks_the_database_nothing(self):
        self.emit()

        with self.assertQueryCount(0):
            self.emit()

    def test_whoever_stops_to_want_it_gets_none_and_whoever_wants_it_again_does(self):
        connector = _given_subscription(self.env, "one")
        subscription = self.env["mfg.subscription"].search(
            [("connector_id", "=", connector.id)]
        )
        self.assertTrue(self.emit())
        for record, name, off, on in (
            (subscription, "active", False, True),
            (connector, "active", False, True),
            (connector, "state", "draft", "live"),
        ):
            with self.subTest(record=record, name=name):
                record[name] = off
                self.assertFalse(self.emit())
                record[name] = on
                self.assertTrue(self.emit())

        subscription.unlink()

        self.assertFalse(self.emit())

    def test_archived_subscription_wakes_for_nobody_who_looks_at_archived_ones(self):
        _given_subscription(self.env, "one", active=False)

        self.assertFalse(self.emit(active_test=False))

    def test_subscription_that_another_process_deletes_costs_nobody_the_work(self):
        connector = _given_subscription(self.env, "one")
        _given_subscription(self.env, "two")
        self.emit()
        # What is kept here has not heard of it yet.
        self.env.cr.execute(
            "DELETE FROM mfg_subscription WHERE connector_id = %s", (connector.id,)
        )
        self.env.invalidate_all()

        self.assertEqual(self.emit().connector_id.code, "two")

    def test_every_subscriber_gets_a_message_with_its_own_id(self):
        _given_subscription(self.env, "one")
        _given_subscription(self.env, "two")

        messages = self.emit()

        self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.assertEqual(len(set(messages.mapped("uuid"))), 2)
        for message in messages:
            self.assertEqual(message.snapshot["id"], message.uuid)
            self.assertEqual(message.snapshot["data"], {"number": 1})

    def test_the_condition_of_a_subscription_decides_who_gets_what(self):
        _given_subscription(self.env, "small", condition="[('number', '<', 5)]")
        _given_subscription(self.env, "large", condition="[('number', '>=', 5)]")

        messages = self.emit()

        self.assertEqual(messages.connector_id.code, "small")

    def test_a_connector_gets_nothing_of_another_company(self):
        _given_subscription(self.env, "ours")
        theirs = _given_subscription(self.env, "theirs")
        theirs.company_id = self.env["res.company"].create({"name": "Other"})
        self.document.company_id = self.env.company

        self.assertEqual(self.emit().connector_id.code, "ours")

    def test_a_change_that_came_from_a_partner_is_not_echoed_to_it(self):
        origin = _given_subscription(self.env, "origin")
        _given_subscription(self.env, "other")

        messages = self.emit(mfg_connector_id=origin.id)

        self.assertEqual(messages.connector_id.code, "other")

    def test_the_chain_of_causes_is_carried_on(self):
        _given_subscription(self.env, "one")

        message = self.emit(mfg_correlation_id="chain", mfg_causation_id="cause")

        self.assertEqual(message.correlation_id, "chain")
        self.assertEqual(message.snapshot["correlationid"], "chain")
        self.assertEqual(message.snapshot["causationid"], "cause")

    def test_messages_about_one_document_share_a_lane_key(self):
        _given_subscription(self.env, "one")

        first, second = self.emit(), self.emit()

        self.assertEqual(first.ordering_key, second.ordering_key)

    def test_a_message_is_named_after_what_it_tells(self):
        _given_subscription(self.env, "one")

        message = self.emit()

        self.assertEqual(message.display_name, "mfg.test.changed.v1: D1")
        self.assertEqual(message.subscription_id.display_name, "one: tell")

    def test_who_asks_for_a_retry_is_told_that_it_happens_behind_the_screen(self):
        _given_subscription(self.env, "one")
        message = self.emit()
        message.state = "dead"

        notice = message.action_retry()

        self.assertEqual(message.state, "retry")
        self.assertEqual(notice["tag"], "display_notification")

    def test_o3_the_form_of_a_message_looks_for_news_until_it_is_at_rest(self):
        _given_subscription(self.env, "one")
        message = self.emit()

        underway = {}
        for state, reason in (
            ("pending", False),
            ("retry", False),
            ("retry", "No answer."),
            ("delivered", False),
            ("dead", "No answer."),
        ):
            message.write({"state": state, "reason": reason})
            underway[state, bool(reason)] = message.is_underway

        self.assertEqual(
            [key for key, value in underway.items() if value],
            [("pending", False), ("retry", False)],
        )

    def test_a_message_of_a_paused_connector_is_kept(self):
        _given_subscription(self.env, "one").action_pause()

        self.assertEqual(self.emit().state, "pending")


@tagged("post_install", "-at_install")
class TestOutboxTransaction(CommittedCase):
    def test_a2_a_rolled_back_change_leaves_no_message(self):
        code = f"outbox-{uuid.uuid4().hex[:8]}"
        connector_id = self.commit(lambda env: _given_subscription(env, code).id)

        def change_and_fail(env):
            document = env["mfg.test.effect"].create({"name": "D1"})
            messages = env["mfg.outbox.message"]._emit(
                "mfg.test.changed.v1", document, {"number": 1}
            )
            self.assertTrue(messages)
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            self.commit(change_and_fail)

        count = self.sql(
            "SELECT count(*) FROM mfg_outbox_message WHERE connector_id = %s",
            connector_id,
        )
        self.assertEqual(count, [(0,)])

    def test_a2_a_rolled_back_confirmation_of_an_order_leaves_no_message(self):
        code = f"outbox-{uuid.uuid4().hex[:8]}"
        event_type = "mfg_integration_core.mfg_event_type_production_state_changed"
        connector_id = self.commit(
            lambda env: (
                _given_subscription(
                    env, code, event_type_id=env.ref(event_type).id, operation="follow"
                ).id
            )
        )
        owed = [("connector_id", "=", connector_id)]

        def confirm_and_fail(env):
            scene = ManufacturingScene(env)
            product = scene.product("GB-ROLLBACK")
            bom = scene.bom(product, [scene.product("Gear")], scene.workcenter())
            scene.order(bom, 1)
            # What a commit runs first, so that the message is there to be undone.
            env.cr.precommit.run()
            self.assertTrue(env["mfg.outbox.message"].search(owed))
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            self.commit(confirm_and_fail)

        found = self.commit(lambda env: env["mfg.outbox.message"].search_count(owed))
        self.assertEqual(found, 0)

import os
import uuid
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import TransactionCase, tagged

from ..protocols import trace_context
from .committed_case import CommittedCase

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@tagged("post_install", "-at_install")
class TestTrace(CommittedCase):
    def given_subscriber(self):
        """Another live connector that wants to know of test changes; its id."""

        def create(env):
            connector = env["mfg.connector"].create(
                {"name": "Other", "code": f"other-{uuid.uuid4().hex[:8]}"}
            )
            connector.state = "live"
            env["mfg.subscription"].create(
                {
                    "connector_id": connector.id,
                    "event_type_id": env.ref(
                        "mfg_integration_test.mfg_event_type_test_out"
                    ).id,
                    "operation": "tell",
                }
            )
            return connector.id

        def silence(env):
            env["mfg.connector"].browse(connector_id).state = "draft"

        connector_id = self.commit(create)
        self.addCleanup(self.commit, silence)
        return connector_id

    def event_that_is_told(self, **attributes):
        event = {**self.event(1), **attributes}
        event["data"]["tell"] = True
        return event

    def told(self, connector_id):
        """traceparent of the connector's one message: its column, its envelope."""
        ((column, envelope),) = self.sql(
            """
            SELECT traceparent, snapshot ->> 'traceparent'
              FROM mfg_outbox_message WHERE connector_id = %s
            """,
            connector_id,
        )
        return column, envelope

    def test_l8_one_trace_from_the_event_to_the_message_it_causes(self):
        subscriber = self.given_subscriber()
        self.given_events(self.event_that_is_told(traceparent=PARENT))

        self.drain()

        column, envelope = self.told(subscriber)
        parent, child = trace_context.parse(PARENT), trace_context.parse(column)
        self.assertEqual(column, envelope)
        self.assertEqual(child.trace_id, parent.trace_id)
        self.assertNotEqual(child.span_id, parent.span_id)
        self.assertTrue(child.sampled)

    def test_l8_invalid_traceparent_is_ignored_and_the_event_is_not(self):
        subscriber = self.given_subscriber()
        event = self.event_that_is_told(traceparent="nonsense", correlationid="chain-1")
        self.given_events(event)

        self.drain()

        column, _envelope = self.told(subscriber)
        self.assertEqual(self.states(), ["processed"])
        self.assertEqual(
            trace_context.parse(column).trace_id,
            trace_context.of_chain("chain-1").trace_id,
        )


@tagged("post_install", "-at_install")
class TestTraceOfMessages(TransactionCase):
    def setUp(self):
        super().setUp()
        keys = patch.dict(
            os.environ, {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        )
        keys.start()
        self.addCleanup(keys.stop)
        connector = self.env["mfg.connector"].create({"name": "One", "code": "one"})
        connector.state = "live"
        event_type = self.env.ref("mfg_integration_test.mfg_event_type_test_out")
        self.env["mfg.subscription"].create(
            {
                "connector_id": connector.id,
                "event_type_id": event_type.id,
                "operation": "tell",
            }
        )
        self.document = self.env["mfg.test.effect"].create({"name": "D1", "number": 1})

    def emit(self, **context):
        message = (
            self.env["mfg.outbox.message"]
            .with_context(**context)
            ._emit("mfg.test.changed.v1", self.document, {"number": 1})
        )
        return trace_context.parse(message.traceparent)

    def test_l8_messages_of_a_chain_that_began_here_share_a_trace(self):
        first = self.emit(mfg_correlation_id="chain")
        second = self.emit(mfg_correlation_id="chain")

        self.assertEqual(first.trace_id, second.trace_id)
        self.assertNotEqual(first.span_id, second.span_id)
        self.assertNotEqual(self.emit().trace_id, first.trace_id)

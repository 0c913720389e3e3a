import json

from odoo.tests import Form, tagged

from ..protocols.arrival import Arrival
from ..unit_of_work import read_committed
from .delivery_case import DeliveryCase


class WordyCase(DeliveryCase):
    """A partner that tells everything in words of its own."""

    def setUp(self):
        super().setUp()
        self.configure(template="wordy_partner")

    def given_webhook(self, how, number=1, subject="ORDER-1"):
        """The partner's own event, in its own words."""
        body = json.dumps({"subject": subject, "number": number, "how": how}).encode()
        event_id = f"{self.connector_id}-{how}-{number}"
        arrival = Arrival(
            event_id=event_id,
            event_type="native",
            body=body,
            content_type="application/json",
            digest=event_id,
            ordering_key=subject,
            headers={"webhook-id": event_id},
        )

        def accept(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            with read_committed(self.registry) as cr:
                env["mfg.inbox.event"]._accept(cr, connector, [arrival])

        self.commit(accept)


@tagged("post_install", "-at_install")
class TestValueMapWaiting(WordyCase):
    """What nobody has mapped stands still, and goes on once somebody has."""

    def on_row(self, model, work):
        """The result of ``work(row)`` for the connector's oldest row."""
        return self.commit(
            lambda env: work(
                env[model].search(
                    [("connector_id", "=", self.connector_id)], order="id", limit=1
                )
            )
        )

    def press_map_it(self, model, **values):
        """What a person does on the screen of the row."""

        def press(row):
            action = row.action_map()
            entries = row.env[action["res_model"]].with_context(**action["context"])
            with Form(entries) as form:
                for name, value in values.items():
                    setattr(form, name, value)
            return form.save().id

        return self.on_row(model, press)

    # ------------------------------------------------------------------ inbound

    def test_b1_unknown_word_is_parked_and_says_map_code_and_connector(self):
        self.given_webhook("ODD")

        self.drain()

        self.assertEqual((self.states(), self.effects()), (["waiting"], []))
        code, reason, mappable = self.on_row(
            "mfg.inbox.event",
            lambda event: (event.reason_code, event.reason, event.mappable),
        )
        self.assertEqual((code, mappable), ("unmapped_value", True))
        for named in ("Test says ODD", "Fail", "Map it"):
            self.assertIn(named, reason)

    def test_b1_all_that_wait_for_a_word_go_on_once_it_is_mapped(self):
        self.given_webhook("ODD", 1)
        self.given_webhook("ODD", 2, subject="ORDER-2")
        self.given_webhook("OTHER", 3, subject="ORDER-3")
        self.drain()
        self.assertEqual(self.states(), ["waiting"] * 3)

        self.commit(
            lambda env: env["mfg.value.map"].create(
                {
                    "connector_id": self.connector_id,
                    "map_name": "fail",
                    "partner_code": "ODD",
                    "value": "none",
                }
            )
        )
        self.drain()

        self.assertEqual(self.states(), ["processed", "processed", "waiting"])
        self.assertEqual(self.effects() + self.effects("ORDER-2"), [1, 2])

    def test_b1_map_it_opens_an_entry_that_only_needs_its_meaning(self):
        self.given_webhook("ODD")
        self.drain()

        entry_id = self.press_map_it("mfg.inbox.event", value="none")
        self.drain()

        self.assertEqual(self.states(), ["processed"])
        entry = self.commit(
            lambda env: (
                env["mfg.value.map"]
                .browse(entry_id)
                .read(["map_name", "partner_code", "direction"])[0]
            )
        )
        self.assertEqual(
            (entry["map_name"], entry["partner_code"], entry["direction"]),
            ("fail", "ODD", "in"),
        )

    # ----------------------------------------------------------------- outbound

    def test_b1_message_without_a_code_is_held_and_never_guessed(self):
        self.given_message(self.given_document(), 7)

        self.drain()

        self.assertEqual(self.outbox("state", "waiting_key"), [("held", "level:7")])
        self.assertEqual(self.partner.calls, 0)
        reason = self.on_row("mfg.outbox.message", lambda message: message.reason)
        self.assertIn("what Test calls 7", reason)

    def test_b1_held_message_goes_on_with_those_behind_it_once_mapped(self):
        document = self.given_document()
        self.given_message(document, 7)
        self.given_message(document, 2)
        self.drain()
        self.assertEqual(self.outbox("state"), ["held", "pending"])

        self.press_map_it("mfg.outbox.message", partner_code="70")
        self.drain()

        self.assertEqual(self.outbox("state"), ["delivered", "delivered"])
        self.assertEqual(self.partner.told, [70, 20])

    def test_b1_message_that_was_held_while_somebody_mapped_its_word_goes_on(self):
        self.given_message(self.given_document(), 7)
        self.drain()
        # As if the entry had been committed between its try and the end of that.
        self.sql(
            """
            INSERT INTO mfg_value_map
                   (connector_id, map_name, direction, partner_code, value, meaning_key)
            VALUES (%s, 'level', 'out', '70', '7', '7')
            """,
            self.connector_id,
        )
        self.registry.clear_cache()

        self.commit(lambda env: env["mfg.value.map"]._resume_mapped())
        self.drain()

        self.assertEqual(self.partner.told, [70])

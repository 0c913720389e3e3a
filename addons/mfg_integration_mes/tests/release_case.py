"""A plant whose orders go to a MES."""

from uuid import uuid4

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.mfg_integration_core.tests.common import ManufacturingCase

from ..models.release_events import CANCELLED, CHANGED, RELEASED

ANSWERED = "mfg.production.release_answered.v1"


class ReleaseCase(ManufacturingCase):
    """A live MES, a gearbox of one component, released as a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.given_mes("mes-under-test")
        cls.env.cr.flush()

    # ------------------------------------------------------------------ given

    @classmethod
    def given_mes(cls, code, **values):
        """A live connector of the demo MES, acting with no right but Connection."""
        user = new_test_user(
            cls.env, code, groups="mfg_integration_core.group_connection"
        )
        user.email = False  # Systems have no mailbox.
        connector = cls.env["mfg.connector"].create(
            {
                "name": f"MES {code}",
                "code": code,
                "template": "demo_mes",
                "base_url": "http://127.0.0.1:1",
                "state": "live",
                "user_id": user.id,
                **values,
            }
        )
        connector.action_add_default_subscriptions()
        return connector

    def given_policy(self, policy, product=None):
        """The release policy of a product, the scene's by default."""
        (product or self.product).mfg_release_policy = policy

    def given_released(self, order=None):
        """The order, released by hand and committed."""
        order = order or self.order
        order.action_mfg_release()
        self.commit()
        return order

    def given_accepted(self, order=None):
        """The order, accepted by the MES as J-5001."""
        order = self.given_released(order)
        self.handle(self.given_answer(order, reference="J-5001"))
        return order

    def given_answer(self, order, /, accepted=True, event_time=False, **data):
        """An event of the MES that a worker has just taken up."""
        event_id = str(uuid4())
        data = {
            "order": order.name,
            "revision": order.mfg_release_revision,
            "accepted": accepted,
            **data,
        }
        if not accepted:
            data.setdefault("reason", {"code": "NO_FIXTURE", "text": "Out for repair"})
        return self.env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid4()),
                "connector_id": self.connector.id,
                "company_id": self.connector.company_id.id,
                "event_id": event_id,
                "event_type": ANSWERED,
                "event_time": event_time,
                "received_at": fields.Datetime.now(),
                "ordering_key": data["order"],
                "correlation_id": str(uuid4()),
                "state": "processing",
                "payload": {
                    "specversion": "1.0",
                    "id": event_id,
                    "source": "/mes",
                    "type": ANSWERED,
                    "data": data,
                },
            }
        )

    # ------------------------------------------------------------------- when

    def handle(self, event):
        """Handle the event as a worker does: as the connector's user."""
        connector = event.connector_id
        as_user = event.with_user(connector.user_id).with_context(
            mfg_connector_id=connector.id,
            allowed_company_ids=connector.company_id.ids,
        )
        as_user._handle_as_user()
        self.commit()

    # ------------------------------------------------------------------- then

    def told(self, order=None, connector=None):
        """``[(what, data), ...]`` that was owed about the order, oldest first."""
        order = order or self.order
        messages = self.env["mfg.outbox.message"].search(
            [
                ("res_model", "=", order._name),
                ("res_id", "=", order.id),
                ("connector_id", "=", (connector or self.connector).id),
            ],
            order="id",
        )
        words = {RELEASED: "released", CHANGED: "changed", CANCELLED: "cancelled"}
        book = self.env["mfg.event.type"]._contracts()
        for message in messages:
            book.check(message.event_type, message.snapshot["data"])
        return [
            (words[message.event_type], message.snapshot["data"])
            for message in messages
        ]

    def words(self, order=None):
        """What was owed about the order, without what it says."""
        return [word for word, _data in self.told(order)]

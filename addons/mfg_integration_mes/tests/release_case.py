"""A plant whose orders go to a MES."""

from odoo.addons.mfg_integration_core.tests.common import ManufacturingCase
from odoo.addons.mfg_integration_core.tests.partner_case import PartnerCase

from ..models.release_events import CANCELLED, CHANGED, RELEASED

ANSWERED = "mfg.production.release_answered.v1"


class ReleaseCase(PartnerCase, ManufacturingCase):
    """A live MES, a gearbox of one component, released as a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.given_mes("mes-under-test")
        cls.env.cr.flush()

    # ------------------------------------------------------------------ given

    @classmethod
    def given_mes(cls, code, **values):
        """A live connector of the demo MES."""
        return cls.given_partner(code, "demo_mes", "MES", **values)

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
        data = {
            "order": order.name,
            "revision": order.mfg_release_revision,
            "accepted": accepted,
            **data,
        }
        if not accepted:
            data.setdefault("reason", {"code": "NO_FIXTURE", "text": "Out for repair"})
        return self.given_event(
            self.connector, ANSWERED, data, key=data["order"], event_time=event_time
        )

    # ------------------------------------------------------------------- when

    def handle(self, event):
        """Extended: as a worker commits it."""
        super().handle(event)
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

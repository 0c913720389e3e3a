"""Partners and what they send, for the tests of the addons whose partners they are."""

from uuid import uuid4

from odoo import fields
from odoo.tests import new_test_user


class PartnerCase:
    """A partner with a template; mixed into a case with transactions."""

    @classmethod
    def given_partner(cls, code, template, name="Partner", **values):
        """A live connector, acting with no right but Connection."""
        user = new_test_user(
            cls.env, code, groups="mfg_integration_core.group_connection"
        )
        user.email = False  # Systems have no mailbox.
        connector = cls.env["mfg.connector"].create(
            {
                "name": f"{name} {code}",
                "code": code,
                "template": template,
                "base_url": "http://127.0.0.1:1",
                "state": "live",
                "user_id": user.id,
                **values,
            }
        )
        connector.action_add_default_subscriptions()
        return connector

    def given_event(self, connector, event_type, data, *, key="one", **values):
        """An event of the partner that a worker has just taken up.

        :param key: its lane
        """
        event_id = values.pop("event_id", str(uuid4()))
        return self.env["mfg.inbox.event"].create(
            {
                "uuid": str(uuid4()),
                "connector_id": connector.id,
                "company_id": connector.company_id.id,
                "event_id": event_id,
                "event_type": event_type,
                "received_at": fields.Datetime.now(),
                "ordering_key": key,
                "correlation_id": str(uuid4()),
                "state": "processing",
                "payload": {
                    "specversion": "1.0",
                    "id": event_id,
                    "source": "/partner",
                    "type": event_type,
                    "data": data,
                },
                **values,
            }
        )

    def handle(self, event):
        """Handle the event as a worker does: as the connector's user."""
        connector = event.connector_id
        as_user = event.with_user(connector.user_id).with_context(
            mfg_connector_id=connector.id,
            allowed_company_ids=connector.company_id.ids,
        )
        as_user._handle_as_user()

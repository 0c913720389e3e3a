from .committed_case import CommittedCase
from .http_partner import HttpPartner


class DeliveryCase(CommittedCase):
    """Messages that really go over HTTP to a partner who does as it is told.

    Nobody waits for a clock: a test that wants time to pass moves what is due later
    into the past.
    """

    def setUp(self):
        super().setUp()
        self.partner = HttpPartner()
        self.addCleanup(self.partner.close)
        self.configure(
            template="test_partner",
            base_url=self.partner.url,
            allowed_networks="127.0.0.0/8",
        )
        self.subscription_id = self.commit(self._subscribe)
        # What other tests emit is none of ours, and they sweep all that is live.
        self.addCleanup(self.configure, state="draft")

    def _subscribe(self, env):
        values = {
            "connector_id": self.connector_id,
            "event_type_id": env.ref("mfg_integration_test.mfg_event_type_test_out").id,
            "operation": "tell",
        }
        return env["mfg.subscription"].create(values).id

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Odoo's guard against calls to strangers; that of 19.0 knows one time limit,
        not a pair for connecting and reading."""
        options["timeout"] = sum(options["timeout"])
        return super()._request_handler(session, request, **options)

    # ------------------------------------------------------------------ given

    def configure(self, **values):
        """Set fields of the connector."""
        self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).write(values)
        )

    def subscribe_with(self, **values):
        """Set fields of the subscription."""
        self.commit(
            lambda env: (
                env["mfg.subscription"].browse(self.subscription_id).write(values)
            )
        )

    def given_document(self, name="D1"):
        """Id of a document that messages are about; each has a lane of its own."""
        return self.commit(lambda env: env["mfg.test.effect"].create({"name": name}).id)

    def given_message(self, document_id, number):
        """A message that is owed; its id."""

        def emit(env):
            document = env["mfg.test.effect"].browse(document_id)
            messages = env["mfg.outbox.message"]._emit(
                "mfg.test.changed.v1", document, {"number": number}
            )
            ours = messages.filtered(lambda one: one.connector_id.id == connector_id)
            return ours.id

        connector_id = self.connector_id
        return self.commit(emit)

    def let_time_pass(self):
        """Make everything due that waits for a moment."""
        self.sql(
            "UPDATE mfg_outbox_message SET next_attempt_at = now() - interval '1 day'"
            " WHERE connector_id = %s AND next_attempt_at IS NOT NULL",
            self.connector_id,
        )
        self.sql(
            "UPDATE mfg_lane SET next_at = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.sql(
            "UPDATE mfg_breaker SET until = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )

    # ------------------------------------------------------------------- then

    def outbox(self, *columns):
        """The columns of the connector's messages, in the order they were owed."""
        rows = self.sql(
            f"SELECT {', '.join(columns)} FROM mfg_outbox_message"
            " WHERE connector_id = %s ORDER BY id",
            self.connector_id,
        )
        return [row[0] for row in rows] if len(columns) == 1 else rows

    def read(self, model, record_id, name):
        """The value of one field as a user sees it now."""
        return self.commit(lambda env: env[model].browse(record_id)[name])

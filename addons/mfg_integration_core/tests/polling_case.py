from datetime import datetime, timedelta

from .committed_case import CommittedCase
from .polled_partner import PolledPartner

#: Number that the template gives to what was deleted.
DELETED = 99


def at(epoch_ms):
    """A partner's moment as the database keeps it."""
    return datetime(1970, 1, 1) + timedelta(milliseconds=epoch_ms)


class PollingCase(CommittedCase):
    """Lists that are really read over HTTP; nobody waits for a clock."""

    #: The list that the tests of a class read; the others are paused.
    SOURCE = "changes"

    def setUp(self):
        super().setUp()
        self.partner = PolledPartner()
        self.addCleanup(self.partner.close)
        self.addCleanup(self._leave)
        self.commit(self._connect)

    def _connect(self, env):
        connector = env["mfg.connector"].browse(self.connector_id)
        connector.write(
            {
                "template": "polled_partner",
                "base_url": self.partner.url,
                "allowed_networks": "127.0.0.0/8",
                "outbound_secret": "s3cret-token",
                "retry_jitter_percent": 0,
            }
        )
        connector.source_ids.filtered(
            lambda source: source.name != self.SOURCE
        ).action_pause()

    def _leave(self):
        self.sql("DELETE FROM mfg_source WHERE connector_id = %s", self.connector_id)

    # ------------------------------------------------------------------- when

    def poll(self):
        """Have the list polled now and what it brought handled."""
        self.make_due()
        self.drain()

    def make_due(self):
        self.sql(
            "UPDATE mfg_source SET next_at = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )

    def on_source(self, work):
        """``work(source)`` in a transaction of its own."""
        return self.commit(lambda env: work(self.source_in(env)))

    def source_in(self, env):
        return env["mfg.source"].search(
            [("connector_id", "=", self.connector_id), ("name", "=", self.SOURCE)]
        )

    # ------------------------------------------------------------------- then

    def column(self, name):
        """A column of the list as it is committed."""
        ((value,),) = self.sql(
            f"SELECT {name} FROM mfg_source WHERE connector_id = %s AND name = %s",
            self.connector_id,
            self.SOURCE,
        )
        return value

    def told(self, key):
        """The numbers of a thing that had an effect, in their order."""
        return [
            number
            for (number,) in self.sql(
                """
                SELECT effect.number
                  FROM mfg_test_effect effect
                  JOIN mfg_inbox_event event
                    ON event.res_model = 'mfg.test.effect' AND event.res_id = effect.id
                 WHERE event.connector_id = %s AND event.subject = %s
                 ORDER BY effect.id
                """,
                self.connector_id,
                key,
            )
        ]

    def event_count(self):
        return len(self.states())

import logging
import time

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.tools import ormcache

from ..adapters.rest import send
from ..exceptions import MfgIntegrationError, RetryableDeliveryError, in_full
from ..protocols import partner_token
from ..protocols.template_request import Limits, PreparedRequest
from ..unit_of_work import (
    let_go_of_what_was_read,
    read_committed,
    run_in_transaction,
)

_logger = logging.getLogger(__name__)

#: Keys are fetched anew after this time: a provider takes back those that leaked.
REFRESH_AFTER = "1 hour"
#: A provider is never asked more often, whatever strangers send to a door.
ASKED_EVERY = "20 seconds"
#: One that is down is asked again after this time.
RETRY_AFTER = "1 minute"
#: So long the sweeper may spend on providers that stall.
SWEEP_S = 20.0
LIMITS = Limits(connect_s=5, read_s=5)


class MfgKeySet(models.Model):
    """Keys of an identity provider, fetched outside of requests and kept.

    A door only reads them. One that meets a token of an unknown key leaves a wish,
    which a job or the sweeper carries out; a provider that is down changes nothing.
    """

    _name = "mfg.key.set"
    _description = "Keys of an Identity Provider"
    _inherit = ["mfg.cached.mixin"]
    _rec_name = "connector_id"
    _cached_fields = frozenset({"connector_id", "url", "keys"})

    connector_id = fields.Many2one("mfg.connector", required=True, ondelete="cascade")
    url = fields.Char(required=True, help="Where the keys are from.")
    keys = fields.Text(help="The provider's public keys (JWKS).")
    fetched_at = fields.Datetime()
    tried_at = fields.Datetime(required=True)
    failure = fields.Char(help="Why the newest try brought no keys.")

    _sql_constraints = [
        (
            "connector_unique",
            "unique (connector_id)",
            "The connector has its keys already.",
        ),
    ]

    def init(self):
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS mfg_key_set_wish (
                connector_id integer PRIMARY KEY
                    REFERENCES mfg_connector ON DELETE CASCADE)
            """
        )

    # ------------------------------------------------------------------- doors

    @api.model
    @ormcache("connector_id", "url")
    def _stored(self, connector_id, url):
        """The keys from an address as text, empty when none were fetched yet.

        Kept by each server process until they change.
        """
        found = self.sudo().search(
            [("connector_id", "=", connector_id), ("url", "=", url)]
        )
        return found.keys or ""

    @api.model
    def _wish(self, connector_id):
        """Note on the request's cursor that the keys are wanted; whether it is new.

        Nothing is noted when they are wanted already or were asked for just now.
        """
        self.env.cr.execute(
            """
            INSERT INTO mfg_key_set_wish (connector_id)
            SELECT %(id)s
             WHERE NOT EXISTS (
                   SELECT 1
                     FROM mfg_key_set
                    WHERE connector_id = %(id)s
                      AND tried_at > now() AT TIME ZONE 'UTC' - %(every)s::interval)
               AND NOT EXISTS (
                   SELECT 1 FROM mfg_key_set_wish WHERE connector_id = %(id)s)
            ON CONFLICT DO NOTHING
            """,
            {"id": connector_id, "every": ASKED_EVERY},
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _plan(self, connector):
        """Have a wish carried out: by a job, and by the sweeper without a runner."""
        sweeper = self.env["mfg.sweeper"]
        if sweeper._runner_holds_lock():
            key = f"mfg-keys-{connector.id}"
            connector.with_delay(
                channel="root.mfg", identity_key=key
            )._fetch_wished_keys()
        if not sweeper._runner_is_alive():
            sweeper._trigger()

    # ---------------------------------------------------------------- fetching

    @api.model
    def _due(self, connector_id=None):
        """Ids of the connectors whose keys are to be fetched now.

        :param connector_id: only this one, and only when it is wished for
        """
        with read_committed(self.env.registry) as cr:
            cr.execute(
                """
                SELECT connector_id
                  FROM mfg_key_set_wish
                 WHERE %(id)s IS NULL OR connector_id = %(id)s
                """,
                {"id": connector_id},
            )
            due = {wished for (wished,) in cr.fetchall()}
            if connector_id is None:
                cr.execute(
                    """
                    SELECT connector.id
                      FROM mfg_connector connector
                      LEFT JOIN mfg_key_set known ON known.connector_id = connector.id
                     WHERE connector.inbound_auth = 'jwt' AND connector.active
                       AND connector.state IN ('live', 'paused')
                       AND (known.id IS NULL
                            OR known.url <> connector.jwks_url
                            OR known.tried_at < now() AT TIME ZONE 'UTC'
                               - CASE WHEN known.failure IS NULL THEN %(refresh)s
                                      ELSE %(retry)s END::interval)
                    """,
                    {"refresh": REFRESH_AFTER, "retry": RETRY_AFTER},
                )
                due |= {found for (found,) in cr.fetchall()}
        return sorted(due)

    @api.model
    def _fetch_due(self, connector_id=None):
        """Fetch what is due; for jobs and the sweeper. No failure is raised."""
        until = time.monotonic() + SWEEP_S
        for due in self._due(connector_id):
            if time.monotonic() >= until:
                # The rest is still due a minute later.
                return
            self._fetch(due)

    @api.model
    def _fetch(self, connector_id):
        """Ask a connector's provider for its keys and keep them, or why there are none.

        It may stall for ten seconds, so what it takes to ask is read and what comes
        of it is kept in transactions of their own, and the caller's holds no snapshot
        meanwhile. That of a job goes on, as in every delivery: it has queue_job's lock.

        :return: what went wrong, None when the keys are here
        """
        url = self._look_up(connector_id, lambda connector: connector.jwks_url)
        if not url:
            return None
        try:
            network = self._look_up(
                connector_id, lambda connector: connector._network()
            )
            let_go_of_what_was_read(self.env.cr)
            keys, failure = self._ask(url, network), None
        except MfgIntegrationError as error:
            keys, failure = None, in_full(error)
        except Exception as error:  # noqa: BLE001  one must not stop the others
            _logger.error("Keys from %s were not fetched", url, exc_info=error)
            keys = None
            failure = _(
                "An error in Odoo itself: %(kind)s. It is tried again by itself. The"
                " server's log tells your administrator more.",
                kind=type(error).__name__,
            )
        run_in_transaction(
            self.env.registry,
            lambda env: env["mfg.key.set"]._keep(connector_id, url, keys, failure),
            uid=SUPERUSER_ID,
        )
        # Else the other processes would hear of it when this job or cron ends.
        self.env.registry.signal_changes()
        return failure

    def _look_up(self, connector_id, what):
        """``what(connector)``, or of none when it is gone, in a transaction of its own.

        :param what: gives plain values, which outlive the transaction
        """
        return run_in_transaction(
            self.env.registry,
            lambda env: what(env["mfg.connector"].browse(connector_id).exists()),
            uid=SUPERUSER_ID,
            context=dict(self.env.context),
        )

    @api.model
    def _ask(self, url, network):
        """The keys that the provider publishes, as text; needs no database.

        :param network: :class:`..protocols.partner_network.PartnerNetwork`
        :raise MfgIntegrationError: it does not answer, or with something else
        """
        request = PreparedRequest("GET", url, {"Accept": "application/json"})
        with network.open() as session:
            answer = send(session, request, LIMITS, lambda _answer: None)
        if answer.status != 200:
            raise RetryableDeliveryError(
                _(
                    "The identity provider answers %(status)s instead of its keys.",
                    status=answer.status,
                ),
                remedy=_("Check the address of the keys; redirects are not followed."),
            )
        return partner_token.read_key_set(answer.body)

    @api.model
    def _keep(self, connector_id, url, keys, failure):
        """Store what a try brought; what was known from the same address stays.

        Nobody has to wish for it any more.
        """
        now = fields.Datetime.now()
        # Two who fetch at the same time are no two rows.
        self.env.cr.execute(
            """
            INSERT INTO mfg_key_set (connector_id, url, tried_at)
            VALUES (%s, %s, %s)
            ON CONFLICT (connector_id) DO NOTHING
            """,
            (connector_id, url, now),
        )
        self.env.cr.execute(
            "DELETE FROM mfg_key_set_wish WHERE connector_id = %s", (connector_id,)
        )
        found = self.search([("connector_id", "=", connector_id)])
        values = {"tried_at": now, "failure": failure}
        if found.url != url:
            values |= {"url": url, "keys": keys}
        elif keys and keys != found.keys:
            values["keys"] = keys
        if keys:
            values["fetched_at"] = now
        found.write(values)

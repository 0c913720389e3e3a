import os
import uuid
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import SUPERUSER_ID
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, get_db_name

from ..protocols.arrival import Arrival
from ..unit_of_work import read_committed, run_in_transaction


class CommittedCase(BaseCase):
    """Tests of what happens between transactions, so they really commit.

    The database is a clone made for the run and thrown away after it; each test has
    a connector of its own and asks only for its rows.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        keys = patch.dict(
            os.environ, {"MFG_INTEGRATION_KEYS": Fernet.generate_key().decode()}
        )
        keys.start()
        self.addCleanup(keys.stop)
        self.addCleanup(self._retire_connectors)
        self.connector_id = self.commit(self._create_connector)

    def _create_connector(self, env):
        env["mfg.connector"].action_arm()
        values = {"name": "Test", "code": f"test-{uuid.uuid4().hex[:8]}"}
        connector = env["mfg.connector"].create(values)
        connector.state = "live"
        return connector.id

    def _retire_connectors(self):
        """Leave no live connector behind, which would take part in other tests."""
        self.sql("UPDATE mfg_connector SET state = 'draft' WHERE state <> 'draft'")
        self.registry.clear_cache()

    # ---------------------------------------------------------------- helpers

    def commit(self, work):
        """The result of ``work(env)`` in a transaction of its own, committed."""
        return run_in_transaction(self.registry, work, uid=SUPERUSER_ID)

    def sql(self, query, *parameters):
        """Rows that others have committed."""
        with read_committed(self.registry) as cr:
            cr.execute(query, parameters)
            return cr.fetchall() if cr.description else []

    def event(self, number, *, subject="ORDER-1", fail=None, event_id=None):
        """A CloudEvent of the test type."""
        data = {"number": number}
        if fail:
            data["fail"] = fail
        return {
            "specversion": "1.0",
            "id": event_id or uuid.uuid4().hex,
            "source": "/plants/test",
            "type": "mfg.test.happened.v1",
            "subject": subject,
            "data": data,
        }

    def given_events(self, *events):
        """Let the door store the events; what it answers for each."""

        def accept(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            arrivals = [Arrival.of_cloudevent(event) for event in events]
            with read_committed(self.registry) as cr:
                return env["mfg.inbox.event"]._accept(cr, connector, arrivals)

        return self.commit(accept)

    def drain(self):
        """Do what is due at the connector, as a job would; rows worked on."""
        return self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._drain(0)
        )

    def begin(self, env):
        """A lease on the only lane and the task begun under it, as a worker would."""
        worker = env["mfg.lane.worker"]

        def transaction():
            return read_committed(self.registry)

        lease = worker._new_lease(self.connector_id, "in", transaction)
        (task,) = worker._begin(lease, worker._claim(lease, 1))
        return worker, lease, task

    def given_lost_worker(self, *, lane_id):
        """Have the lease on a lane run out, as when its worker was killed."""
        self.sql(
            "UPDATE mfg_lane SET lease_until = now() - interval '1 day' WHERE id = %s",
            lane_id,
        )

    def states(self):
        """State of each of the connector's events, in the order they came."""
        return [
            state
            for (state,) in self.sql(
                "SELECT state FROM mfg_inbox_event WHERE connector_id = %s ORDER BY id",
                self.connector_id,
            )
        ]

    def effects(self, subject="ORDER-1"):
        """Numbers of the events that had an effect, in the order they had it."""
        return [
            number
            for (number,) in self.sql(
                """
                SELECT effect.number
                  FROM mfg_test_effect effect
                  JOIN mfg_inbox_event event ON event.event_id = effect.name
                 WHERE event.connector_id = %s AND effect.lane_key = %s
                 ORDER BY effect.id
                """,
                self.connector_id,
                subject,
            )
        ]

"""A database of version 1.0.0, whose events are known by other uuids."""

import importlib.util
from pathlib import Path
from uuid import UUID, uuid5

from ..protocols.event_identity import NAMESPACE
from .common import EdgeCase, count

FOLDER = Path(__file__).parents[1] / "migrations" / "1.1.0"


def migrate(cr, script):
    spec = importlib.util.spec_from_file_location(script, FOLDER / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.migrate(cr, "17.0.1.0.0")


class TestMigration(EdgeCase):
    def given_the_tables_of_before(self):
        self.env.cr.execute(
            """
            ALTER TABLE mfg_edge_event
                  DROP COLUMN device_id, DROP COLUMN operation, DROP COLUMN boot,
                  DROP COLUMN sequence, DROP COLUMN historical;
            DELETE FROM mfg_edge_event_digest;
            ALTER TABLE mfg_edge_event_digest
                  ADD COLUMN connector_id integer NOT NULL,
                  ADD COLUMN body_digest uuid NOT NULL,
                  ADD COLUMN received_at timestamp NOT NULL
            """
        )

    def old_uuid(self, event_id):
        return uuid5(NAMESPACE, f"event/{self.connector.id}/{event_id}")

    def test_h1_events_of_before_are_known_after_the_upgrade(self):
        self.given_batch(*(count(f"c{number}", 1) for number in range(3)))
        self.given_the_tables_of_before()
        self.env.cr.execute(
            """
            INSERT INTO mfg_edge_event_digest
            SELECT %s, id, connector_id, %s, received_at
              FROM mfg_edge_event WHERE connector_id = %s AND event_id = 'c0'
            """,
            (str(self.old_uuid("c0")), str(UUID(int=1)), self.connector.id),
        )

        for script in ("pre-event-columns", "post-known-ids"):
            migrate(self.env.cr, script)
        statuses = self.given_batch(count("c0", 1), count("c2", 9), count("c3", 1))

        self.assertEqual(statuses, ["duplicate", "conflict", "accepted"])
        trace = self.env["mfg.edge.event"]._trace(self.old_uuid("c0"))
        self.assertEqual(trace["event_id"], "c0")

    def test_an_upgrade_that_was_made_changes_nothing(self):
        self.given_batch(count("c1", 1))

        for script in ("pre-event-columns", "post-known-ids"):
            migrate(self.env.cr, script)

        self.assertEqual(self.given_batch(count("c1", 1)), ["duplicate"])

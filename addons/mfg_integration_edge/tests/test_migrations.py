"""A database of version 1.0.0: its tables as they were, and each script over them."""

from decimal import Decimal
from uuid import UUID, uuid5

from odoo.modules.migration import load_script
from odoo.tools import sql

from ..event_rows import ITEM_BITS
from ..protocols.event_identity import NAMESPACE
from .common import count, state
from .test_models_counters import CountersCase, at

FOLDER = "mfg_integration_edge/migrations/1.1.0"
#: In the order in which Odoo runs them.
BEFORE, AFTER = ("pre-event-columns",), ("post-known-ids", "post-posted-counts")

TABLES_OF_BEFORE = f"""
    ALTER TABLE mfg_edge_event
          DROP COLUMN device_id, DROP COLUMN source, DROP COLUMN operation,
          DROP COLUMN boot, DROP COLUMN sequence, DROP COLUMN historical,
          ALTER COLUMN equipment SET NOT NULL;
    DELETE FROM mfg_edge_event_digest;
    ALTER TABLE mfg_edge_event_digest
          ADD COLUMN connector_id integer NOT NULL,
          ADD COLUMN body_digest uuid NOT NULL,
          ADD COLUMN received_at timestamp NOT NULL;
    -- What came through other doors was in no window.
    DELETE FROM mfg_edge_window WHERE kind = 'single';
    DELETE FROM mfg_edge_window_range;
    ALTER TABLE mfg_edge_window
          ADD COLUMN first_row_id bigint, ADD COLUMN last_row_id bigint;
    UPDATE mfg_edge_window proof
       SET first_row_id = (first.id::bigint << {ITEM_BITS})
                          | (first_place & {(1 << ITEM_BITS) - 1}),
           last_row_id = (last.id::bigint << {ITEM_BITS})
                         | (last_place & {(1 << ITEM_BITS) - 1}),
           first_place = NULL, last_place = NULL, segment = NULL,
           production_id = NULL, workorder_id = NULL, is_output = NULL,
           posted_at = NULL, equipment_id = NULL, started_at = NULL, ended_at = NULL
      FROM mfg_edge_batch first, mfg_edge_batch last
     WHERE first.connector_id = proof.connector_id
       AND first.position = proof.first_position
       AND last.connector_id = proof.connector_id
       AND last.position = proof.last_position;
    ALTER TABLE mrp_production
          ALTER COLUMN mfg_good_quantity TYPE float8,
          ALTER COLUMN mfg_scrap_quantity TYPE float8
"""


class TestMigration(CountersCase):
    def given_the_tables_of_before(self):
        self.env.flush_all()
        self.env.cr.execute(TABLES_OF_BEFORE)
        self.env.invalidate_all()

    def upgrade(self):
        """What Odoo does: scripts, columns of changed types, scripts."""
        self.env.flush_all()
        self.migrate(*BEFORE)
        orders = self.env["mrp.production"]
        columns = sql.table_columns(self.env.cr, orders._table)
        for name in ("mfg_good_quantity", "mfg_scrap_quantity"):
            orders._fields[name].update_db(orders, columns)
        self.migrate(*AFTER)
        self.env.invalidate_all()

    def migrate(self, *scripts):
        for script in scripts:
            load_script(f"{FOLDER}/{script}.py", script).migrate(
                self.env.cr, "17.0.1.0.0"
            )

    def old_uuid(self, event_id):
        return uuid5(NAMESPACE, f"event/{self.connector.id}/{event_id}")

    def given_count_through_another_door(self, event_id, good):
        """A count that the inbox got as it is, handled."""
        inbox = self.env["mfg.inbox.event"]
        event = count(event_id, good, job_order=self.order.name)
        uuid = str(self.old_uuid(event_id))
        inbox._accept_internal(self.connector, [event], {event_id: uuid})
        self.run_all()

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

        self.upgrade()
        statuses = self.given_batch(count("c0", 1), count("c2", 9), count("c3", 1))

        self.assertEqual(statuses, ["duplicate", "conflict", "accepted"])
        trace = self.env["mfg.edge.event"]._trace(self.old_uuid("c0"))
        self.assertEqual(trace["event_id"], "c0")
        sources = self.env["mfg.edge.event"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(set(sources.mapped("source")), {"urn:plant:machine:ASSY-R1"})

    def test_g5_windows_of_before_say_machine_order_and_when(self):
        job = {"job_order": self.order.name}
        self.given(
            at(count("a", 0.1, 1, **job), 899),
            at(count("b", 0.2, **job), 900),
            state("s", "Held"),
        )
        self.given(at(count("c", 3, **job), 1000))
        before = self.windows().read(
            ["first_position", "last_position", "started_at", "ended_at"]
        )
        self.given_the_tables_of_before()

        self.upgrade()

        windows = self.windows()
        self.assertEqual(
            windows.read(["first_position", "last_position", "started_at", "ended_at"]),
            before,
        )
        self.assertEqual(windows.production_id, self.order)
        self.assertEqual(windows.equipment_id, self.robot)
        self.assertTrue(all(windows.mapped("posted_at")))
        quarters = [
            (part.quarter_at.minute, part.good_quantity)
            for part in windows.range_ids.sorted("started_at")
        ]
        self.assertEqual(quarters, [(0, 0.1), (15, 0.2), (15, 3)])
        self.assertEqual(windows._contradictions(), [])

    def test_g5_counts_go_on_where_they_were_before_the_upgrade(self):
        job = {"job_order": self.order.name}
        self.given(count("a", 0.1, **job), state("s", "Held"), count("b", 0.2, **job))
        self.given_count_through_another_door("other", 5)
        self.given_batch(count("captured", 7, **job))
        self.given_the_tables_of_before()

        self.upgrade()
        self.assertEqual(self.totals(), [5.3, 0])
        self.given(count("a", 0.1, **job), count("new", 11, **job))

        self.assertEqual(self.totals(), [23.3, 0])
        self.env.cr.execute(
            "SELECT mfg_good_quantity::text FROM mrp_production WHERE id = %s",
            (self.order.id,),
        )
        self.assertEqual(Decimal(self.env.cr.fetchone()[0]), Decimal("23.3"))
        self.assert_proven()

    def test_g5_counts_that_wait_at_the_upgrade_reach_their_order(self):
        self.given_batch(count("a", 4, job_order="LATER/1"))
        self.aggregate()
        event = self.inbox()
        event.state = "waiting"
        self.given_the_tables_of_before()

        self.upgrade()
        self.assertFalse(self.windows().production_id)
        self.order.name = "LATER/1"
        event.state = "received"
        self.run_all()

        self.assertEqual(self.windows().production_id, self.order)
        self.assertEqual(self.totals(), [4, 0])
        self.assert_proven()

    def test_an_upgrade_that_was_made_changes_nothing(self):
        self.given(count("c1", 1, job_order=self.order.name))
        before = self.windows().read()

        self.upgrade()

        self.assertEqual(self.windows().read(), before)
        self.assertEqual(
            self.given_batch(count("c1", 1, job_order=self.order.name)), ["duplicate"]
        )

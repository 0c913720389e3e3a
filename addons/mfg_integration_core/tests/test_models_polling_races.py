import time
from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from ..exceptions import ConfigurationError
from .polling_case import PollingCase


@tagged("post_install", "-at_install")
class TestPollingRaces(PollingCase):
    def test_two_workers_never_read_the_same_source(self):
        self.partner.put("T1", 1)
        self.partner.between = [self.drain_meanwhile]

        self.poll()

        self.assertEqual(len(self.partner.asked), 4)  # two passes of two pages
        self.assertEqual(self.told("T1"), [1])

    def drain_meanwhile(self):
        asked = len(self.partner.asked)
        claimed = self.commit(
            lambda env: env["mfg.source.worker"]._claim(
                env["mfg.connector"].browse(self.connector_id)
            )
        )
        self.claimed_meanwhile = claimed
        assert claimed is None and len(self.partner.asked) == asked

    def test_worker_that_lost_its_lease_writes_nothing(self):
        self.partner.put("T1", 1)

        def take_over():
            self.sql(
                "UPDATE mfg_source SET lease_token = 'other'"
                " WHERE connector_id = %s AND name = 'changes'",
                self.connector_id,
            )

        self.partner.between = [take_over]
        self.poll()

        self.assertEqual(self.event_count(), 0)
        self.assertEqual(self.column("lease_token"), "other")

    def test_crash_between_the_answer_and_the_commit_neither_loses_nor_doubles(self):
        for number in range(3):
            self.partner.put(f"T{number}", number)
        worker = self.registry["mfg.source.worker"]
        plain = worker._store

        def crash(this, *arguments):
            plain(this, *arguments)
            raise MemoryError("killed")

        with (
            patch.object(worker, "_store", crash),
            self.assertLogs("odoo.addons.mfg_integration_core", "ERROR"),
        ):
            self.poll()
        self.assertEqual(self.event_count(), 0)
        self.assertIn("An error in Odoo itself: MemoryError", self.column("error"))

        self.poll()

        self.assertEqual(self.event_count(), 3)

    def test_lease_of_a_dead_worker_runs_out_and_the_poll_goes_on(self):
        self.partner.put("T1", 1)
        self.sql(
            "UPDATE mfg_source SET lease_token = 'dead',"
            " lease_until = now() AT TIME ZONE 'UTC' + interval '1 min'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        self.poll()
        self.assertEqual(self.partner.asked, [])
        self.sql(
            "UPDATE mfg_source SET lease_until = now() - interval '1 day'"
            " WHERE connector_id = %s",
            self.connector_id,
        )

        self.poll()

        self.assertEqual(self.told("T1"), [1])

    def test_sweeper_sees_a_source_that_is_due(self):
        self.make_due()

        due = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._due_view()
        )

        self.assertEqual(due.lanes, 1)
        self.assertLess(due.oldest_due_at, time.time() - 3600)

    def test_sweeper_polls_by_itself_when_no_job_runner_lives(self):
        self.partner.put("T1", 1)
        self.make_due()

        self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.told("T1"), [1])

    def test_list_that_a_newer_template_brings_is_polled_and_one_that_went_is_not(
        self,
    ):
        self.sql(
            "UPDATE mfg_source SET name = 'old' WHERE connector_id = %s"
            " AND name = 'stock'",
            self.connector_id,
        )

        self.commit(lambda env: env["mfg.connector"]._sync_changed_templates())

        listed = self.sql(
            "SELECT name, active FROM mfg_source WHERE connector_id = %s ORDER BY name",
            self.connector_id,
        )
        self.assertEqual(
            listed,
            [("briefs", True), ("changes", True), ("old", False), ("stock", True)],
        )

    def test_broken_template_stops_its_own_lists_and_nobody_elses_round(self):
        broken = ConfigurationError("polled_partner.yaml, sources is wrong.")
        connectors = self.registry["mfg.connector"]
        logger = "odoo.addons.mfg_integration_core.models.mfg_connector_polling"
        self.make_due()

        with (
            patch.object(connectors, "_get_template", side_effect=broken),
            self.assertLogs(logger, "WARNING"),
        ):
            self.commit(lambda env: env["mfg.sweeper"]._cron_sweep())

        self.assertEqual(self.partner.asked, [])
        self.assertTrue(self.on_source(lambda source: source.active))

    def test_job_is_planned_for_the_next_poll(self):
        self.poll()

        next_at = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id)._next_due_at()
        )

        self.assertAlmostEqual(
            (next_at - datetime.utcnow()).total_seconds(), 60, delta=10
        )

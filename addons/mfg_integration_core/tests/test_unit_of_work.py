from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..unit_of_work import read_committed, run_in_transaction
from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestUnitOfWork(CommittedCase):
    @mute_logger("odoo.sql_db")
    def test_a_transaction_that_lost_against_another_is_run_again(self):
        runs = []

        def rename(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            before = connector.name
            if not runs:
                # Another transaction changes the same row after our snapshot.
                self.sql(
                    "UPDATE mfg_connector SET name = 'other' WHERE id = %s",
                    self.connector_id,
                )
            runs.append(before)
            connector.name = f"{before}!"

        self.commit(rename)

        self.assertEqual(runs, ["Test", "other"])
        ((name,),) = self.sql(
            "SELECT name FROM mfg_connector WHERE id = %s", self.connector_id
        )
        self.assertEqual(name, "other!")

    def test_an_error_of_the_work_itself_is_raised_at_once(self):
        runs = []

        def fail(env):
            runs.append(1)
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            run_in_transaction(self.registry, fail, uid=SUPERUSER_ID)

        self.assertEqual(len(runs), 1)

    def test_a_read_committed_cursor_sees_what_commits_meanwhile(self):
        with read_committed(self.registry) as cr:
            query = "SELECT name FROM mfg_connector WHERE id = %s"
            cr.execute(query, (self.connector_id,))
            before = cr.fetchone()
            self.sql(
                "UPDATE mfg_connector SET name = 'new' WHERE id = %s", self.connector_id
            )
            cr.execute(query, (self.connector_id,))
            after = cr.fetchone()

        self.assertEqual([before, after], [("Test",), ("new",)])

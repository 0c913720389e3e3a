from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import unit_of_work
from ..unit_of_work import (
    after_commit,
    let_go_of_what_was_read,
    read_committed,
    read_committed_in_turns,
    run_in_transaction,
    see_what_others_commit,
)
from .committed_case import CommittedCase

COLOR = {"color": 7}
RENAME = "UPDATE mfg_connector SET name = %s WHERE id = %s"


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

    def test_what_the_work_only_wrote_is_committed(self):
        tag = self.commit(lambda env: env["res.partner.category"].create({"name": "A"}))

        self.commit(lambda env: env["res.partner.category"].browse(tag.id).write(COLOR))

        color = "SELECT color FROM res_partner_category WHERE id = %s"
        self.assertEqual(self.sql(color, tag.id), [(COLOR["color"],)])

    @mute_logger("odoo.sql_db")
    def test_committed_work_is_not_done_again_when_what_follows_it_fails(self):
        done = []

        def work(env):
            done.append("work")
            env["mfg.connector"].browse(self.connector_id).name = "committed"
            env.cr.postcommit.add(self.lose_against_another)
            env.cr.postcommit.add(lambda: done.append("next"))
            return "result"

        with self.assertLogs(unit_of_work.__name__, "ERROR") as logs:
            result = self.commit(work)

        self.assertEqual(result, "result")
        self.assertEqual(done, ["work", "next"])
        self.assertEqual(self.name(), "committed!")
        (told,) = logs.output
        self.assertIn("could not serialize access", told)

    @mute_logger("odoo.sql_db")
    def test_who_committed_is_not_told_that_what_follows_failed(self):
        done = []

        with self.assertLogs(unit_of_work.__name__, "ERROR") as logs:
            with self.registry.cursor() as cr:
                after_commit(cr, self.lose_against_another)
                after_commit(cr, lambda: done.append(self.name()))
                cr.execute(RENAME, ("committed", self.connector_id))

        self.assertEqual(done, ["committed!"])
        self.assertEqual(len(logs.output), 1)

    def test_what_follows_a_commit_is_not_done_after_a_rollback(self):
        done = []
        with self.registry.cursor() as cr:
            after_commit(cr, lambda: done.append(1))
            cr.rollback()

        self.assertEqual(done, [])

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

    def test_blocks_that_take_turns_commit_and_roll_back_on_their_own(self):
        with read_committed_in_turns(self.registry) as block:
            with block() as cr:
                cr.execute(RENAME, ("first", self.connector_id))
            names = [self.name()]
            with self.assertRaises(ZeroDivisionError), block() as cr:
                cr.execute(RENAME, ("second", self.connector_id))
                raise ZeroDivisionError
            names.append(self.name())
            with block() as cr:
                cr.execute(RENAME, ("third", self.connector_id))

        names.append(self.name())
        self.assertEqual(names, ["first", "first", "third"])

    def test_odoos_own_transaction_sees_what_commits_meanwhile_and_is_odoos_to_commit(
        self,
    ):
        with self.registry.cursor() as cr:
            see_what_others_commit(cr)
            names = [self.name(cr)]
            self.sql(
                "UPDATE mfg_connector SET name = 'new' WHERE id = %s", self.connector_id
            )
            names.append(self.name(cr))
            cr.rollback()
        # The next user of the connection gets what Odoo promises.
        with self.registry.cursor() as cr:
            cr.execute("SHOW transaction_isolation")
            (level,) = cr.fetchone()

        self.assertEqual(names, ["Test", "new"])
        self.assertEqual(level, "repeatable read")

    def test_a_transaction_that_only_read_is_let_go_of_and_no_other(self):
        rename = "UPDATE mfg_connector SET name = 'own' WHERE id = %s"
        lock = "SELECT 1 FROM mfg_connector WHERE id = %s FOR UPDATE"
        let_go = []
        for statement in (None, lock, rename):
            with self.registry.cursor() as cr:
                self.name(cr)
                if statement:
                    cr.execute(statement, (self.connector_id,))
                let_go.append(let_go_of_what_was_read(cr))
                self.assertEqual(is_idle(cr), let_go[-1])

        self.assertEqual(let_go, [True, False, False])
        self.assertEqual(self.name(), "own")

    def lose_against_another(self):
        """Write a row that another transaction has written after our snapshot."""
        with self.registry.cursor() as cr:
            self.sql(RENAME, f"{self.name(cr)}!", self.connector_id)
            cr.execute(RENAME, ("lost", self.connector_id))

    def name(self, cr=None):
        """The name of the connector as others, or as a cursor, see it now."""
        query = "SELECT name FROM mfg_connector WHERE id = %s"
        if cr is None:
            return self.sql(query, self.connector_id)[0][0]
        cr.execute(query, (self.connector_id,))
        return cr.fetchone()[0]


def is_idle(cr):
    """Whether the cursor has no transaction."""
    return cr.connection.info.transaction_status == TRANSACTION_STATUS_IDLE

from odoo.tests import tagged

from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestCachedMixin(CommittedCase):
    def setUp(self):
        super().setUp()
        # Whoever reads it where the limit is read reads the limit from the database.
        self.code = self.commit(
            lambda env: env["mfg.connector"].browse(self.connector_id).code
        )

    def limit_at_the_door(self, env):
        return env["mfg.connector"]._by_code(self.code).max_body_bytes

    def test_what_another_thread_reads_before_the_commit_is_forgotten(self):
        before = self.commit(self.limit_at_the_door)

        def change(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            connector.max_body_bytes = before + 1
            connector.flush_recordset()
            # A thread of a server without worker processes shares the memory.
            read = self.commit(self.limit_at_the_door)
            self.assertEqual(read, before)

        self.commit(change)

        self.assertEqual(self.commit(self.limit_at_the_door), before + 1)

    def test_what_a_transaction_reads_of_its_own_is_forgotten_with_it(self):
        before = self.commit(self.limit_at_the_door)

        def change_and_fail(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            connector.max_body_bytes = before + 1
            self.assertEqual(self.limit_at_the_door(env), before + 1)
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            self.commit(change_and_fail)

        self.assertEqual(self.commit(self.limit_at_the_door), before)

    def given_reason(self, env):
        """A partner's code for a reason."""
        env["mfg.value.map"].create(
            {
                "connector_id": self.connector_id,
                "map_name": "reason",
                "partner_code": "R-1",
                "value": "other",
            }
        )

    def reason(self, env):
        """What the partner's code is taken to mean."""
        return env["mfg.value.map"]._words(self.connector_id).ours("reason", "R-1", 0)

    def test_b2_map_that_another_process_published_holds_for_the_next_event(self):
        self.commit(self.given_reason)
        self.assertEqual(self.commit(self.reason), "other")
        # As another process does it, which then says so.
        self.sql(
            "UPDATE mfg_value_map SET value = 'leak', meaning_key = 'leak'"
            " WHERE connector_id = %s",
            self.connector_id,
        )
        for name in self.registry.cache_sequences:
            self.registry.cache_sequences[name] -= 1
        self.assertEqual(self.commit(self.reason), "other")

        self.given_events(self.event(1))
        self.drain()

        self.assertEqual(self.effects(), [1])
        self.assertEqual(self.commit(self.reason), "leak")

    def test_secret_that_was_revoked_is_no_secret_in_the_same_process(self):
        def secrets(env):
            return env["mfg.connector"].browse(self.connector_id)._secrets("inbound")

        def give(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            env["mfg.secret"]._add(connector, "inbound", "whsec_c2VjcmV0")

        def revoke(env):
            connector = env["mfg.connector"].browse(self.connector_id)
            connector.secret_ids.unlink()
            env.flush_all()
            self.assertTrue(self.commit(secrets))

        self.commit(give)
        self.commit(revoke)

        self.assertFalse(self.commit(secrets))

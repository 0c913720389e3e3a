import json

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestIntegrationLog(TransactionCase):
    def test_inbox_and_outbox_draw_their_ids_from_one_sequence(self):
        for table in ("mfg_inbox_event", "mfg_outbox_message"):
            self.env.cr.execute(
                """
                SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
                 WHERE adrelid = %s::regclass
                   AND adnum = (SELECT attnum FROM pg_attribute
                                 WHERE attrelid = adrelid AND attname = 'id')
                """,
                (table,),
            )
            self.assertIn("mfg_log_id_seq", self.env.cr.fetchone()[0])

    def test_the_last_week_is_found_by_the_indexes_of_both_tables(self):
        # An empty table is scanned whatever the indexes are; so ask for the plan
        # that PostgreSQL has when it must not scan.
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            """
            EXPLAIN (FORMAT JSON)
             SELECT id FROM mfg_integration_log
              WHERE create_date >= now() - interval '7 days'
              ORDER BY create_date DESC, id DESC LIMIT 80
            """
        )
        plan = json.dumps(self.env.cr.fetchone()[0])

        self.assertIn("mfg_inbox_event_log_index", plan)
        self.assertIn("mfg_outbox_message_log_index", plan)
        self.assertNotIn("Seq Scan", plan)

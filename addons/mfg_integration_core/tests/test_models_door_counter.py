from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDoorCounter(TransactionCase):
    def setUp(self):
        super().setUp()
        self.counters = self.env["mfg.door.counter"]

    def counted(self):
        """Counts by connector of what these tests count."""
        self.counters.invalidate_model()
        mine = self.counters.search([("connector_code", "like", "counted-")])
        return {(mine.connector_code, mine.code): mine.count for mine in mine}

    def test_answers_count_before_and_after_they_are_added_up(self):
        self.counters._count(self.cr, "counted-a", 202, "accepted")
        self.counters._count(self.cr, "counted-a", 202, "accepted")
        self.counters._add_up(self.cr)
        self.counters._count(self.cr, "counted-a", 202, "accepted")
        self.counters._count(self.cr, "counted-a", 401, "signature_invalid")
        wanted = {("counted-a", "accepted"): 3, ("counted-a", "signature_invalid"): 1}

        self.assertEqual(self.counted(), wanted)
        self.counters._add_up(self.cr)
        self.assertEqual(self.counted(), wanted)

    def test_line_on_the_screen_stays_itself_when_it_is_added_up(self):
        self.counters._count(self.cr, "counted-a", 202, "accepted")
        mine = [("connector_code", "=", "counted-a")]
        line = self.counters.search(mine)

        self.counters._add_up(self.cr)
        self.counters._count(self.cr, "counted-a", 202, "accepted")

        self.assertEqual(self.counters.search(mine), line)

    def test_upgrade_from_1_0_keeps_what_was_counted(self):
        self.cr.execute(
            """
            DROP VIEW mfg_door_counter;
            DROP TABLE mfg_door_answer;
            DROP TABLE mfg_door_tally;
            CREATE UNLOGGED TABLE mfg_door_counter (
                id serial PRIMARY KEY,
                day date NOT NULL,
                connector_code varchar NOT NULL,
                status integer NOT NULL,
                code varchar NOT NULL,
                count integer NOT NULL,
                UNIQUE (day, connector_code, status, code));
            INSERT INTO mfg_door_counter (day, connector_code, status, code, count)
                 VALUES (CURRENT_DATE, 'counted-old', 202, 'accepted', 41)
            """
        )
        script = load_script(
            "mfg_integration_core/migrations/1.1.0/pre-door-counter.py", "door_counter"
        )

        script.migrate(self.cr, "17.0.1.0.0")
        script.migrate(self.cr, "17.0.1.0.0")
        self.counters.init()
        self.counters._count(self.cr, "counted-old", 202, "accepted")

        self.assertEqual(self.counted(), {("counted-old", "accepted"): 42})

import psycopg2

from odoo.tools import mute_logger

from ..protocols.audit_chain import GENESIS
from .common import ManufacturingCase


class TestAuditEntry(ManufacturingCase):
    def setUp(self):
        super().setUp()
        self.audit_trail = self.env["mfg.audit.entry"]

    def given_entries(self, *actions):
        entries = self.audit_trail.browse()
        for action in actions:
            entries |= self.audit_trail._append(self.order, action, why="Because")
        self.env.flush_all()
        return entries

    def assertRefused(self, query, *parameters):
        with (
            self.assertRaises(psycopg2.errors.InsufficientPrivilege),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, parameters)

    def bypass(self, query, *parameters):
        """Change the table as somebody who may switch triggers off."""
        self.env.cr.execute("ALTER TABLE mfg_audit_entry DISABLE TRIGGER USER")
        self.env.cr.execute(query, parameters)
        self.env.cr.execute("ALTER TABLE mfg_audit_entry ENABLE TRIGGER USER")

    def test_k6_entry_is_told_in_words_and_other_texts_as_they_are(self):
        name = self.order.name
        told = [
            self.audit_trail._append(self.order, action, old=old, new=new).told
            for action, old, new in (
                ("state.changed", "in_progress", "blocked"),
                ("hold.placed", None, "Manual hold: Cracked"),
                ("setting.changed", None, "retention.bodies_days = 14"),
            )
        ]

        self.assertEqual(
            told,
            [
                f"{name}: in progress → blocked",
                f"{name} held: Manual hold: Cracked",
                f"{name}: retention.bodies_days = 14",
            ],
        )

    # ------------------------------------------------------------------ sealing

    def test_entries_are_sealed_in_one_chain(self):
        self.audit_trail._cron_seal()
        number, head = self.audit_trail._head()
        entries = self.given_entries("test.first", "test.second")

        sealed = self.audit_trail._cron_seal()

        self.assertEqual(sealed, 2)
        self.assertEqual(entries.mapped("seal_number"), [number + 1, number + 2])
        self.assertEqual(entries[0].previous, head)
        self.assertEqual(entries[1].previous, entries[0].digest)
        self.assertEqual(self.audit_trail._verify(), "")

    def test_chain_begins_with_the_genesis_digest(self):
        self.given_entries("test.first")
        self.audit_trail._cron_seal()

        first = self.audit_trail.search([("seal_number", "=", 1)])

        self.assertEqual(first.previous, GENESIS)

    def test_sealed_entry_keeps_the_moment_to_the_microsecond(self):
        entry = self.given_entries("test.first")

        self.env.invalidate_all()

        self.assertIn(entry.at.isoformat(timespec="microseconds"), entry.canonical)

    def test_nothing_new_seals_nothing(self):
        self.audit_trail._cron_seal()

        self.assertEqual(self.audit_trail._cron_seal(), 0)

    # ---------------------------------------------------------------- append-only

    def test_database_refuses_to_change_delete_or_truncate(self):
        entry = self.given_entries("test.first")

        self.assertRefused(
            "UPDATE mfg_audit_entry SET why = 'Other' WHERE id = %s", entry.id
        )
        self.assertRefused("DELETE FROM mfg_audit_entry WHERE id = %s", entry.id)
        self.assertRefused("TRUNCATE mfg_audit_entry")

    def test_database_refuses_to_seal_again(self):
        entry = self.given_entries("test.first")
        self.audit_trail._cron_seal()

        self.assertRefused(
            "UPDATE mfg_audit_entry SET digest = 'x', seal_number = 0 WHERE id = %s",
            entry.id,
        )

    def test_sealing_may_not_change_anything_on_the_way(self):
        entry = self.given_entries("test.first")

        self.assertRefused(
            "UPDATE mfg_audit_entry SET seal_number = 900, why = 'x' WHERE id = %s",
            entry.id,
        )

    # ------------------------------------------------------------------- verify

    def test_changed_entry_is_found(self):
        entry = self.given_entries("test.first", "test.second")[0]
        self.audit_trail._cron_seal()

        self.bypass(
            "UPDATE mfg_audit_entry SET actor = 'nobody' WHERE id = %s", entry.id
        )

        self.assertEqual(
            self.audit_trail._verify(), f"Entry {entry.seal_number} was changed."
        )

    def test_entry_changed_together_with_its_text_breaks_the_chain(self):
        entry = self.given_entries("test.first", "test.second")[0]
        self.audit_trail._cron_seal()

        self.bypass(
            """
            UPDATE mfg_audit_entry
               SET why = 'Other', canonical = replace(canonical, 'Because', 'Other')
             WHERE id = %s
            """,
            entry.id,
        )

        self.assertEqual(
            self.audit_trail._verify(), f"Entry {entry.seal_number} breaks the chain."
        )

    def test_removed_entry_is_found(self):
        entry = self.given_entries("test.first", "test.second")[0]
        self.audit_trail._cron_seal()
        number = entry.seal_number

        self.bypass("DELETE FROM mfg_audit_entry WHERE id = %s", entry.id)

        self.assertEqual(self.audit_trail._verify(), f"Entry {number} is missing.")

    def test_verify_button_says_that_the_chain_is_intact(self):
        self.given_entries("test.first")
        self.audit_trail._cron_seal()

        answer = self.audit_trail.action_verify()

        self.assertEqual(answer["params"]["type"], "success")

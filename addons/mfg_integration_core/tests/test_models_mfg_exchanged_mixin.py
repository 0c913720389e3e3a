import base64

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

TABLES = ("mfg_inbox_event", "mfg_outbox_message")


@tagged("post_install", "-at_install")
class TestExchanged(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Closed Works"})
        cls.plant = cls.env["mfg.plant"].create(
            {"name": "Lyon", "code": "LYO", "company_id": cls.company.id}
        )
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "MES of Lyon", "code": "mes-exchanged"}
        )

    def exchange(self, **values):
        self.env["mfg.inbox.event"].create(
            {
                "uuid": "exchanged-1",
                "connector_id": self.connector.id,
                "event_id": "exchanged-1",
                "received_at": fields.Datetime.now(),
                "ordering_key": "exchanged-1",
                "body": base64.b64encode(b"{}"),
                **values,
            }
        )

    def test_plant_that_an_event_names_is_not_deleted(self):
        self.exchange(plant_id=self.plant.id)

        with self.assertRaisesRegex(UserError, "Lyon cannot be deleted.*Archive it"):
            self.plant.unlink()

    def test_company_that_an_event_names_is_not_deleted(self):
        self.exchange(company_id=self.company.id)

        with self.assertRaisesRegex(UserError, "Closed Works cannot be deleted"):
            self.company.unlink()

    def test_plant_that_nothing_names_is_deleted(self):
        self.exchange()

        self.plant.unlink()

        self.assertFalse(self.plant.exists())

    def test_copied_references_have_no_foreign_key_but_the_connector_has(self):
        self.cr.execute(
            """
            SELECT conrelid::regclass::text, attname
              FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f' AND conrelid::regclass::text IN %s
            """,
            [TABLES],
        )
        found = set(self.cr.fetchall())

        for table in TABLES:
            self.assertIn((table, "connector_id"), found)
            self.assertNotIn((table, "company_id"), found)
            self.assertNotIn((table, "plant_id"), found)

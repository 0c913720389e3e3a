"""What the doors take and answer, told of what this database has."""

import threading
from unittest.mock import patch

from odoo.tests import TransactionCase

DOOR_OF_AN_ADDON = "/mfg/v1/edge/{connector_code}/events"


class TestApiDescription(TransactionCase):
    def test_c8_the_document_names_doors_of_installed_addons_only(self):
        installed = self.env.registry._init_modules
        thread, database = threading.current_thread(), self.env.cr.dbname

        # Odoo's routing reads it from the thread, where a request has put it.
        with patch.object(thread, "dbname", database, create=True):
            paths = self.env["mfg.api.description"]._document()["paths"]

        self.assertIn("/mfg/v1/events/{connector_code}", paths)
        self.assertEqual(DOOR_OF_AN_ADDON in paths, "mfg_integration_edge" in installed)

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.protocols import cloudevents
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook


class TestContractExamples(BaseCase):
    def test_every_example_is_an_event_that_keeps_its_contract(self):
        book = ContractBook([get_module_path("mfg_integration_mes") + "/contract"])

        for event_type in book.types():
            with self.subTest(event_type=event_type):
                example = book.example(event_type)
                cloudevents.check_envelope(example)
                self.assertEqual(example["type"], event_type)
                book.check(event_type, example["data"])

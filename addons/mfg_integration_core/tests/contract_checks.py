"""What is promised of every contract, for the tests of any addon."""

from odoo.modules.module import get_module_path

from ..protocols import cloudevents
from ..protocols.contract import ContractBook


class ContractChecks:
    """The promises about an addon's folder ``contract/``; mixed into a case."""

    #: Name of the addon.
    module = None

    def test_every_example_is_an_event_that_keeps_its_contract(self):
        book = ContractBook([f"{get_module_path(self.module)}/contract"])

        for event_type in book.types():
            with self.subTest(event_type=event_type):
                example = book.example(event_type)
                cloudevents.check_envelope(example)
                self.assertEqual(example["type"], event_type)
                book.check(event_type, example["data"])

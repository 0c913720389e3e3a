import json
from pathlib import Path

from odoo.tests import BaseCase

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError
from odoo.addons.mfg_integration_core.protocols import cloudevents, packml
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook

from ..protocols.machine_events import (
    COUNT,
    COUNT_CORRECTED,
    RESEND,
    STATE,
    TYPES,
)

#: One that goes out.
SHIFT_SUMMARY = "mfg.workcenter.shift_summary.v1"
FOLDER = Path(__file__).parents[1] / "contract"


class TestContract(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.book = ContractBook([FOLDER])

    def test_every_type_has_a_contract_and_an_example_that_keeps_it(self):
        types = [*TYPES, COUNT_CORRECTED, RESEND, SHIFT_SUMMARY]
        self.assertEqual(self.book.types(), sorted(types))
        for name in types:
            example = self.book.example(name)
            cloudevents.check_envelope(example)
            self.assertEqual(example["type"], name)
            self.book.check(name, example["data"])

    def test_the_states_of_the_contract_are_those_of_packml(self):
        schema = json.loads((FOLDER / f"{STATE}.schema.json").read_text())

        self.assertEqual(
            sorted(schema["$defs"]["packml_state"]["enum"]), sorted(packml.STATES)
        )

    def test_wrong_counts_are_refused_and_the_place_is_named(self):
        good = self.book.example(COUNT)["data"]
        cases = [
            ("/data/good_quantity", {**good, "good_quantity": -1}),
            ("/data/good_quantity", {**good, "good_quantity": "3"}),
            ("/data/equipment", {**good, "equipment": ""}),
            ("/data/cycle_time_s", {**good, "cycle_time_s": 0}),
        ]
        for pointer, data in cases:
            with self.subTest(pointer=pointer, data=data):
                with self.assertRaises(InvalidEventError) as caught:
                    self.book.check(COUNT, data)

                self.assertEqual(caught.exception.pointer, pointer)

    def test_a_member_that_the_contract_does_not_know_is_refused(self):
        data = {**self.book.example(COUNT)["data"], "good_quantiy": 3}

        with self.assertRaises(InvalidEventError):
            self.book.check(COUNT, data)

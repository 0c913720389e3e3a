from odoo.tests import BaseCase

from odoo.addons.mfg_integration_quality.models.mfg_quality_inspection import (
    DISPOSITIONS,
)
from odoo.addons.mfg_integration_quality.protocols import disposition


class TestDisposition(BaseCase):
    def test_every_disposition_has_its_row_in_the_table(self):
        words = {word for word, _label in DISPOSITIONS}

        self.assertEqual(set(disposition.TRANSITIONS), words)

    def test_only_known_dispositions_can_be_reached(self):
        reachable = set().union(*disposition.TRANSITIONS.values())

        self.assertLessEqual(reachable, set(disposition.TRANSITIONS))

    def test_no_inspection_becomes_pending_again(self):
        reachable = set().union(*disposition.TRANSITIONS.values())

        self.assertNotIn("pending", reachable)

    def test_a_rejected_lot_cannot_be_released_by_a_message(self):
        self.assertFalse(disposition.may_become("rejected", "released"))
        self.assertTrue(disposition.may_become("rejected", "rework"))

    def test_what_is_released_or_returned_stays_so(self):
        for final in ("released", "released_with_deviation", "returned"):
            for asked in disposition.TRANSITIONS:
                with self.subTest(final=final, asked=asked):
                    self.assertFalse(disposition.may_become(final, asked))

    def test_rework_is_released_only_by_a_new_word_of_quality(self):
        self.assertTrue(disposition.may_become("rework", "in_inspection"))
        self.assertTrue(disposition.may_become("rework", "released"))

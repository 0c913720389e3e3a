import itertools

from odoo import fields

from odoo.addons.mfg_integration_core.exceptions import InvalidEventError

from ..protocols import disposition as dispositions
from .common import INSPECTION, QualityCase


class TestDispositionTransitions(QualityCase):
    """Every disposition that may be asked for, from every one that a lot can have."""

    def test_b1_every_pair_of_dispositions_does_what_the_table_says(self):
        for current, asked in itertools.product(dispositions.TRANSITIONS, repeat=2):
            with self.subTest(current=current, asked=asked):
                inspection = self.given_inspection_in(current)

                refusal = self.ask(inspection, asked)

                allowed = dispositions.may_become(current, asked)
                self.assertEqual(inspection.disposition, asked if allowed else current)
                if allowed or asked == current:
                    self.assertIsNone(refusal)
                else:
                    self.assertEqual(refusal.code, "illegal_transition")
                is_held = inspection.disposition not in dispositions.RELEASING
                holds = self.holds_of(inspection)
                self.assertEqual(
                    set(holds.mapped("state")), {"active" if is_held else "lifted"}
                )

    # ----------------------------------------------------------------- helpers

    def given_inspection_in(self, disposition):
        """An inspection of the order's lot that got so far."""
        inspection = self.env[INSPECTION].create(
            {
                "production_id": self.order.id,
                "lot_id": self.lot.id,
                "product_id": self.product.id,
                "reason": f"On the way to {disposition}",
            }
        )
        inspection._place_holds()
        self.ask(inspection, disposition)
        self.assertEqual(inspection.disposition, disposition)
        return inspection

    def ask(self, inspection, disposition):
        """The refusal, or None when it was decided so."""
        try:
            inspection._decide(disposition, by="Ines Okafor", at=fields.Datetime.now())
        except InvalidEventError as refusal:
            return refusal
        return None

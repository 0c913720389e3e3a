import itertools

from ..exceptions import InvalidEventError
from ..protocols import maintenance_state
from .common import ManufacturingCase


class TestRepairTransitions(ManufacturingCase):
    """Every state that a partner may ask for, from every one that a repair can have."""

    def test_b1_every_pair_of_states_does_what_the_table_says(self):
        for current, asked in itertools.product(maintenance_state.STATES, repeat=2):
            with self.subTest(current=current, asked=asked):
                request = self.given_request(current)

                refusal = self.ask(request, asked)

                allowed = maintenance_state.may_become(current, asked)
                self.assertEqual(request.mfg_state, asked if allowed else current)
                if allowed or asked == current:
                    self.assertIsNone(refusal)
                else:
                    self.assertEqual(refusal.code, "illegal_transition")

    def test_b6_no_pair_of_states_does_anything_when_the_word_is_old(self):
        for current, asked in itertools.product(maintenance_state.STATES, repeat=2):
            with self.subTest(current=current, asked=asked):
                request = self.given_request(current, version=7)

                refusal = self.ask(request, asked, version=7)

                self.assertIsNone(refusal)
                self.assertEqual(request.mfg_state, current)

    # ----------------------------------------------------------------- helpers

    def given_request(self, state, version=1):
        request = self.scene.request(self.equipment)
        request._mfg_apply_partner_state(state, version=version)
        self.assertEqual(request.mfg_state, state)
        return request

    def ask(self, request, state, version=2):
        """The refusal, or None when the partner was listened to."""
        try:
            request._mfg_apply_partner_state(state, version=version)
        except InvalidEventError as refusal:
            return refusal
        return None

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from .exploring import SEED, bounded, say_how_to_replay
from .order_machine import OrderMachine
from .plant_case import PlantCase

EXAMPLES, STEPS = 12, 16


class TestOrderMachine(PlantCase):
    def test_d2_no_interleaving_finishes_an_order_over_what_blocks_it(self):
        say_how_to_replay("test_d2_no_interleaving")

        def machine():
            return OrderMachine(self)

        run_state_machine_as_test(
            seed(SEED)(machine), settings=bounded(EXAMPLES, STEPS)
        )

from datetime import datetime, timedelta

from hypothesis import given, seed
from hypothesis import strategies as st

from odoo.addons.mfg_integration_core.protocols import maintenance_state, packml

from tests.arrivals import arrivals
from tests.machine_words import sayings, stand_after

from .exploring import SEED, bounded, say_how_to_replay
from .plant_case import PlantCase

EXAMPLES = 20
BEGAN_AT = datetime(2026, 3, 2, 8)
#: Words of one second are told apart as well.
BETWEEN_WORDS = timedelta(milliseconds=300)


class TestMachineArrivals(PlantCase):
    """The words of a machine in any order, some twice, before and after its repair."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.scene.order(cls.bom, quantity=1)
        cls.orders = {"one": cls.order, "other": other}

    def given_example(self, example):
        """Check the example, and leave nothing of it behind."""
        with self.env.cr.savepoint() as savepoint:
            example()
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    # ------------------------------------------------------------------- tests

    def test_b6_machine_words_in_any_order_leave_the_same_holds_and_availability(self):
        def example(data):
            words = data.draw(sayings(sorted(self.orders)))

            self.tell(data, words)

            self.assert_stands(stand_after([], words), words)

        self.assert_always("test_b6_machine_words_in_any_order", example)

    def test_b6_machine_words_around_a_repair_leave_the_same_holds_and_availability(
        self,
    ):
        def example(data):
            words = data.draw(sayings(sorted(self.orders)))
            before = data.draw(
                st.lists(st.sampled_from(words), min_size=1, unique=True), "in time"
            )
            after = [word for word in words if word not in before]

            self.tell(data, before)
            is_repaired = self.repair()
            self.tell(data, after)

            # Without a repair nothing was over, whenever it was said.
            expected = (
                stand_after(before, after) if is_repaired else stand_after([], words)
            )
            self.assert_stands(expected, (before, is_repaired, after))

        self.assert_always("test_b6_machine_words_around_a_repair", example)

    def assert_always(self, test, example):
        """Play ``example(data)`` with drawn data, again and again."""

        @seed(SEED)
        @bounded(EXAMPLES)
        @given(st.data())
        def converges(data):
            self.given_example(lambda: example(data))

        say_how_to_replay(test)
        converges()

    # -------------------------------------------------------------------- when

    def tell(self, data, words):
        """Let the words arrive in a drawn order; a repeat is an event of its own."""
        if not words:
            return
        for word in data.draw(arrivals(words), "arrivals"):
            at = BEGAN_AT + BETWEEN_WORDS * word.number
            self.hear_machine(word.state, at, self.orders[word.order])

    def repair(self):
        """Let a technician finish what is open; whether anything was."""
        requests = self.open_repairs()
        done = self.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        requests.write({"stage_id": done.id})
        return bool(requests)

    # -------------------------------------------------------------------- then

    def assert_stands(self, expected, told):
        available = "down" if expected.held else packml.availability(expected.last)
        self.assertEqual(self.equipment.mfg_packml_state, expected.state, told)
        self.assertEqual(self.equipment.mfg_availability, available, told)
        self.assertEqual(len(self.open_repairs()), bool(expected.held), told)
        for name, order in self.orders.items():
            # Quality may hold what the fault does not hold any longer.
            holds = self.active_holds(order)
            faults = holds.filtered(lambda hold: hold.reason_code == "equipment_fault")
            self.assertEqual(len(faults), name in expected.held, (name, told))
            self.assertEqual(order.mfg_state == "blocked", bool(holds), (name, told))

    def open_repairs(self):
        return self.repairs().filtered(
            lambda request: request.mfg_state not in maintenance_state.FINAL
        )

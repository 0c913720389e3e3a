import uuid
from datetime import datetime, timedelta

from hypothesis import given, seed
from hypothesis import strategies as st

from odoo.addons.mfg_integration_core.protocols import maintenance_state
from odoo.addons.mfg_integration_core.tests.committed_case import CommittedCase
from odoo.addons.mfg_integration_core.tests.common import ManufacturingScene
from odoo.addons.mfg_integration_quality.protocols import disposition as dispositions

from tests.arrivals import arrivals, histories

from .exploring import SEED, bounded, say_how_to_replay

EXAMPLES = 20
BEGAN_AT = datetime(2026, 3, 2, 8)


class TestArrivals(CommittedCase):
    """The same words in any order, some twice, through the door and the lanes."""

    def setUp(self):
        super().setUp()
        self.bom_id = self.commit(self._create_bom)

    def _create_bom(self, env):
        scene = ManufacturingScene(env)
        product = scene.product("Gearbox GB-200", tracking="lot")
        part = scene.product("Housing")
        scene.stock(part, 10000)
        return scene.bom(product, [part], scene.workcenter()).id

    # ------------------------------------------------------------------- tests

    def test_b6_cmms_words_in_any_order_end_where_the_last_one_says(self):
        @seed(SEED)
        @bounded(EXAMPLES)
        @given(st.data())
        def converges(data):
            number, order_id, request_id = self.commit(self.given_repair)
            words = data.draw(
                histories(maintenance_state.PARTNER_MOVES, "requested", most=5)
            )
            counts = data.draw(st.booleans(), "the CMMS counts its words")

            self.tell(data, words, lambda word: self.report(number, word, counts))

            state = self.value("maintenance_request", "mfg_state", request_id)
            self.assertEqual(state, words[-1].state, words)
            is_open = state not in maintenance_state.FINAL
            self.assertEqual(self.is_blocked(order_id), is_open, words)

        say_how_to_replay("test_b6_cmms_words_in_any_order")
        converges()

    def test_b6_qms_words_in_any_order_end_where_the_last_one_says(self):
        @seed(SEED)
        @bounded(EXAMPLES)
        @given(st.data())
        def converges(data):
            number, order_id, inspection_id = self.commit(self.given_inspection)
            words = data.draw(histories(dispositions.TRANSITIONS, "pending", most=5))

            self.tell(data, words, lambda word: self.decision(number, word))

            state = self.value("mfg_quality_inspection", "disposition", inspection_id)
            self.assertEqual(state, words[-1].state, words)
            is_open = state not in dispositions.RELEASING
            self.assertEqual(self.is_blocked(order_id), is_open, words)

        say_how_to_replay("test_b6_qms_words_in_any_order")
        converges()

    # ------------------------------------------------------------------- given

    def given_order(self, env):
        """A confirmed order for one piece of a lot of its own."""
        scene, bom = ManufacturingScene(env), env["mrp.bom"].browse(self.bom_id)
        product = bom.product_tmpl_id.product_variant_id
        lot = scene.lot(product, uuid.uuid4().hex[:12])
        return scene.order(bom, quantity=1, lot=lot)

    def given_repair(self, env):
        """An order that waits for a repair; ``(number, order id, request id)``."""
        scene, order = ManufacturingScene(env), self.given_order(env)
        robot = scene.equipment(order.workorder_ids.workcenter_id)
        request = scene.request(robot)
        env["mfg.hold"]._place(
            order, reason_code="manual", reason="Broken", blocker=request
        )
        number = self.given_number(env, request)
        return number, order.id, request.id

    def given_inspection(self, env):
        """An order that waits for quality; ``(number, order id, inspection id)``."""
        order = self.given_order(env)
        fault = env["mfg.hold"]._place(
            order, reason_code="equipment_fault", reason="Broken"
        )
        fault._lift("Repaired")
        inspection = env["mfg.quality.inspection"].search(
            [("production_id", "=", order.id)]
        )
        return self.given_number(env, inspection), order.id, inspection.id

    def given_number(self, env, document):
        """The number that the partner answered with."""
        number = f"N-{uuid.uuid4().hex[:12]}"
        connector = env["mfg.connector"].browse(self.connector_id)
        env["mfg.binding"]._bind(connector, document, number)
        return number

    # -------------------------------------------------------------------- when

    def tell(self, data, words, event_of):
        """Let the words arrive in a drawn order, handled one by one or in bunches."""
        for word in data.draw(arrivals(words), "arrivals"):
            self.given_events(event_of(word))
            if data.draw(st.booleans(), "is handled at once"):
                self.drain()
        self.drain()

    def report(self, number, word, counts):
        data = {"work_order": number, "state": word.state}
        if counts:
            data["version"] = word.version
        return self._event("mfg.maintenance.reported.v1", number, word, data)

    def decision(self, number, word):
        decided_at = f"{self._at(word).isoformat()}Z"
        data = {
            "inspection": number,
            "disposition": word.state,
            "decided_by": "Ines Okafor",
            "decided_at": decided_at,
        }
        return self._event("mfg.inspection.decided.v1", number, word, data)

    def _event(self, event_type, number, word, data):
        return {
            "specversion": "1.0",
            "id": f"{number}-{word.version}",
            "source": "/partner",
            "subject": number,
            "type": event_type,
            "time": f"{self._at(word).isoformat()}Z",
            "data": data,
        }

    def _at(self, word):
        return BEGAN_AT + timedelta(minutes=word.version)

    # -------------------------------------------------------------------- then

    def value(self, table, column, record_id):
        ((value,),) = self.sql(f"SELECT {column} FROM {table} WHERE id = %s", record_id)
        return value

    def is_blocked(self, order_id):
        return self.value("mrp_production", "mfg_state", order_id) == "blocked"

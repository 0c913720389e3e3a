import uuid

from odoo.tests import tagged

from ..compat import storable_vals
from .committed_case import CommittedCase
from .common import ManufacturingScene


@tagged("post_install", "-at_install")
class TestAwaitedRecords(CommittedCase):
    """What names a thing that is not here waits, and goes on when it appears."""

    def setUp(self):
        super().setUp()
        self.mark = uuid.uuid4().hex[:6].upper()
        self.product_id = self.commit(self._create_product)
        self.commit(self._map_units)

    def _create_product(self, env):
        scene = ManufacturingScene(env)
        return scene.product("Housing", default_code=f"H-{self.mark}").id

    def _map_units(self, env):
        scene = ManufacturingScene(env)
        entry = {"connector_id": self.connector_id, "map_name": "uom"}
        for code, unit in (
            ("EA", env.ref("uom.product_uom_unit")),
            ("BX", scene.box(12)),
            ("KG", env.ref("uom.product_uom_kgm")),
        ):
            env["mfg.value.map"].create(
                {**entry, "partner_code": code, "uom_id": unit.id}
            )

    def given_consumption(self, **data):
        """An event in the partner's own codes."""
        self.given_events(
            {
                **self.event(0),
                "type": "mfg.test.consumed.v1",
                "data": {
                    "product": f"H-{self.mark}",
                    "quantity": 3,
                    "unit": "EA",
                    **data,
                },
            }
        )
        self.drain()

    def appear(self, model, **values):
        """Let a user create a record who knows of no events; its id."""
        return self.commit(lambda env: env[model].create(values).id)

    def assertGoesOn(self):
        self.assertEqual(self.effects(), [])
        self.drain()
        self.assertEqual((self.states(), self.effects()), (["processed"], [3]))

    # ------------------------------------------------------------------- meaning

    def test_b3_quantity_is_taken_in_the_products_unit(self):
        self.given_consumption(unit="BX")

        self.assertEqual((self.states(), self.effects()), (["processed"], [36]))

    def test_b3_kilograms_of_a_counted_product_are_refused(self):
        self.given_consumption(unit="KG")

        self.assertEqual(self.states(), ["rejected"])
        ((code, reason),) = self.sql(
            "SELECT reason_code, reason FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertEqual(code, "unit_family")
        self.assertIn("Value Maps", reason)

    def test_b3_unit_that_nobody_mapped_waits_for_its_entry(self):
        self.given_consumption(unit="STK")
        self.assertEqual(self.states(), ["waiting"])

        self.appear(
            "mfg.value.map",
            connector_id=self.connector_id,
            map_name="uom",
            direction="in",
            partner_code="STK",
            uom_id=self.commit(lambda env: env.ref("uom.product_uom_unit").id),
        )

        self.assertGoesOn()

    def test_b2_reason_code_that_nobody_mapped_waits_for_its_entry(self):
        self.given_consumption(reason="R7")
        self.assertEqual(self.states(), ["waiting"])

        self.appear(
            "mfg.value.map",
            connector_id=self.connector_id,
            map_name="reason",
            partner_code="R7",
            value="tool_broken",
        )

        self.assertGoesOn()

    def test_b2_map_goes_before_what_has_the_code_by_chance(self):
        other_id = self.appear("product.product", name="Other")

        self.appear(
            "mfg.value.map",
            connector_id=self.connector_id,
            map_name="product",
            partner_code=f"H-{self.mark}",
            product_id=other_id,
        )
        found = self.commit(
            lambda env: (
                env["mfg.binding"]
                ._record(
                    env["mfg.connector"].browse(self.connector_id),
                    "product.product",
                    f"H-{self.mark}",
                )
                .id
            )
        )

        self.assertEqual(found, other_id)

    # ---------------------------------------------------------------- appearing

    def test_b10_product_that_somebody_creates(self):
        self.given_consumption(product=f"P-{self.mark}")
        self.assertEqual(self.states(), ["waiting"])

        self.commit(
            lambda env: env["product.product"].create(
                {
                    "name": "Pin",
                    "default_code": f"P-{self.mark}",
                    **storable_vals(env),
                }
            )
        )

        self.assertGoesOn()

    def test_b10_product_that_is_given_the_code(self):
        self.given_consumption(product=f"P-{self.mark}")

        self.commit(
            lambda env: (
                env["product.product"]
                .browse(self.product_id)
                .write({"barcode": f"P-{self.mark}"})
            )
        )

        self.assertGoesOn()

    def test_b10_lot_of_the_product(self):
        self.given_consumption(lot=f"L-{self.mark}")
        self.assertEqual(self.states(), ["waiting"])

        self.commit(
            lambda env: ManufacturingScene(env).lot(
                env["product.product"].browse(self.product_id), f"L-{self.mark}"
            )
        )

        self.assertGoesOn()

    def test_b10_work_center(self):
        self.given_consumption(workcenter=f"W-{self.mark}")
        self.assertEqual(self.states(), ["waiting"])

        self.appear("mrp.workcenter", name="Press", code=f"W-{self.mark}")

        self.assertGoesOn()

    def test_b10_equipment(self):
        self.given_consumption(equipment=f"E-{self.mark}")
        self.assertEqual(self.states(), ["waiting"])

        self.appear("maintenance.equipment", name="R", serial_no=f"E-{self.mark}")

        self.assertGoesOn()

    def test_b10_location(self):
        self.given_consumption(location=f"S-{self.mark}")
        self.assertEqual(self.states(), ["waiting"])

        self.appear(
            "stock.location", name="Shelf", usage="internal", barcode=f"S-{self.mark}"
        )

        self.assertGoesOn()

    def test_b10_record_that_another_event_creates(self):
        self.given_consumption(lot=f"L-{self.mark}")

        def of_another_event(env):
            event = env["mfg.event.handler"].with_context(mfg_causation_id="other")
            scene = ManufacturingScene(event.env)
            scene.lot(
                event.env["product.product"].browse(self.product_id), f"L-{self.mark}"
            )

        self.commit(of_another_event)

        self.assertGoesOn()

    def test_b10_record_that_is_rolled_back_has_not_appeared(self):
        self.given_consumption(workcenter=f"W-{self.mark}")

        with self.assertRaises(ZeroDivisionError):
            self.commit(
                lambda env: (
                    env["mrp.workcenter"].create(
                        {"name": "Press", "code": f"W-{self.mark}"}
                    ),
                    1 / 0,
                )
            )

        self.assertEqual(self.states(), ["waiting"])

    # ----------------------------------------------------------------- no guess

    def test_b10_code_of_two_records_is_never_guessed(self):
        for name in ("Press", "Saw"):
            self.appear("mrp.workcenter", name=name, code=f"W-{self.mark}")

        self.given_consumption(workcenter=f"W-{self.mark}")

        self.assertEqual(self.states(), ["waiting"])
        ((reason,),) = self.sql(
            "SELECT reason FROM mfg_inbox_event WHERE connector_id = %s",
            self.connector_id,
        )
        self.assertIn("the code of several records", reason)

    def test_b10_partner_with_numbers_of_its_own_is_never_understood_by_chance(self):
        self.commit(
            lambda env: (
                env["mfg.connector"]
                .browse(self.connector_id)
                .write({"own_codes": False})
            )
        )

        self.given_consumption()

        self.assertEqual(self.states(), ["waiting"])

    def test_b10_map_it_offers_the_record_that_is_missing(self):
        self.given_consumption(workcenter=f"W-{self.mark}")

        action = self.commit(
            lambda env: (
                env["mfg.inbox.event"]
                .search([("connector_id", "=", self.connector_id)])
                .action_map()
            )
        )

        self.assertEqual(action["context"]["default_map_name"], "workcenter")
        self.assertEqual(action["context"]["default_partner_code"], f"W-{self.mark}")

"""The scene of the tests of reports: lots, a by-product, two operations."""

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mfg_integration_core import compat
from odoo.addons.mfg_integration_core.tests.partner_case import PartnerCase
from odoo.addons.mfg_integration_core.tests.stock_scene import StockScene

REPORTED = "mfg.production.reported.v1"
REVERSED = "mfg.production.report_reversed.v1"
OPERATION = "mfg.operation.reported.v1"
#: What the user of a connector for a MES needs; the README says the same.
CONNECTION_GROUPS = ",".join(
    (
        "mfg_integration_core.group_connection",
        "mrp.group_mrp_user",
        "stock.group_stock_user",
    )
)


class ReportsCase(PartnerCase, TransactionCase):
    """A MES at a line that presses housings and assembles 100 gearboxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = StockScene(cls.env)
        user = new_test_user(cls.env, "mes-user", groups=CONNECTION_GROUPS)
        cls.connector = cls.env["mfg.connector"].create(
            {"name": "MES", "code": "mes-test", "state": "live", "user_id": user.id}
        )
        cls.press = cls.scene.workcenter("Press", costs_hour=60)
        cls.assembly = cls.scene.workcenter("Assembly", costs_hour=120)
        cls.housing = cls.given_product("HOUSING", tracking="lot", standard_price=2)
        cls.grease = cls.given_product("GREASE", standard_price=4)
        cls.swarf = cls.given_product("SWARF")
        cls.gearbox = cls.given_product(
            "GB-200", tracking="lot", mfg_posting_policy="post"
        )
        cls.bom = cls.given_bom(cls.gearbox)
        cls.h1, cls.h2 = (cls.scene.lot(cls.housing, name) for name in ("H-1", "H-2"))
        cls.scene.stock(cls.housing, 60, lot=cls.h1)
        cls.scene.stock(cls.housing, 500, lot=cls.h2)
        cls.scene.stock(cls.grease, 1000)
        cls.order = cls.scene.order(cls.bom, 100)
        cls.lot = cls.scene.lot(cls.gearbox, "GB-1")
        compat.set_producing_lots(cls.order, cls.lot)

    def setUp(self):
        super().setUp()
        # What the test before left to be told was rolled back with what it is about.
        self.env.cr.precommit.clear()

    @classmethod
    def given_product(cls, code, **values):
        return cls.scene.product(code, default_code=code, **values)

    @classmethod
    def given_bom(cls, product, **values):
        """One housing, a quarter of grease and a tenth of swarf for each piece."""
        operations = [
            Command.create(
                {
                    "name": name,
                    "workcenter_id": workcenter.id,
                    "time_cycle_manual": 1,
                    "sequence": sequence,
                }
            )
            for sequence, (name, workcenter) in enumerate(
                (("Pressing", cls.press), ("Assembly", cls.assembly))
            )
        ]
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": cls.housing.id, "product_qty": 1}),
                    Command.create({"product_id": cls.grease.id, "product_qty": 0.25}),
                ],
                "byproduct_ids": [
                    Command.create({"product_id": cls.swarf.id, "product_qty": 0.1})
                ],
                "operation_ids": operations,
                **values,
            }
        )

    # ------------------------------------------------------------------- given

    def given_reason(self, code="SCRATCH", word="scratched"):
        return self.env["mfg.value.map"].create(
            {
                "connector_id": self.connector.id,
                "map_name": "reason",
                "partner_code": code,
                "value": word,
            }
        )

    def handle(self, event_type, data, **values):
        """Handle an event with no more rights than the connector's user has.

        :return: the document that it was about
        """
        values.setdefault("event_time", values.pop("at", "2026-03-02 09:40:58"))
        event = self.given_event(self.connector, event_type, data, **values)
        super().handle(event)
        self.env.invalidate_all()
        return event._document()

    def report(self, good=0, order=None, **data):
        """Have the MES report; the report."""
        order = order or self.order
        values = data.pop("values", {})
        return self.handle(
            REPORTED, {"job_order": order.name, "good_quantity": good, **data}, **values
        )

    # -------------------------------------------------------------------- then

    def on_hand(self, product, lot=None):
        """What of a product, or of one lot of it, lies in stock."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", self.scene.warehouse.lot_stock_id.id),
                *([("lot_id", "=", lot.id)] if lot else []),
            ]
        )
        return round(sum(quants.mapped("quantity")), 6)

    def assertSums(self, order):
        """What the reports say and what the moves say is the same, key by key."""
        told = {key: value for key, value in order._mfg_told().items() if value}
        moved = {key: value for key, value in order._mfg_moved().items() if value}
        self.assertEqual(told, moved)
        self.assertEqual(order._mfg_differences(), [])


class TimesCase(ReportsCase):
    """The MES tells when somebody worked at an operation."""

    def operation(self, action, at, name="Assembly"):
        """Have the MES say something of an operation at a time of the day."""
        return self.handle(
            OPERATION,
            {"job_order": self.order.name, "operation": name, "action": action},
            at=f"2026-03-02 {at}:00",
        )

    def times(self, name="Assembly"):
        """``[(start, end or "")]`` of the operation, as times of the day."""
        workorder = self.order.workorder_ids.filtered(lambda each: each.name == name)
        return [
            tuple(
                moment and fields.Datetime.to_string(moment)[11:16] or ""
                for moment in (line.date_start, line.date_end)
            )
            for line in workorder.time_ids.sorted("date_start")
        ]

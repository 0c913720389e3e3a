"""Goods, transfers and suppliers for the tests of holds; beside the plant's scene."""

from ..compat import move_vals
from .common import ManufacturingScene


class StockScene(ManufacturingScene):
    """What happens in the warehouse around the line."""

    @property
    def warehouse(self):
        return self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @property
    def customers(self):
        return self.env.ref("stock.stock_location_customers")

    def quant(self, product, lot=None):
        """The quant of a product in the stock location."""
        domain = [
            ("product_id", "=", product.id),
            ("location_id", "=", self.warehouse.lot_stock_id.id),
            ("lot_id", "=", lot.id if lot else False),
        ]
        return self.env["stock.quant"].search(domain)

    def on_hand(self, product, location=None):
        """How much of a product lies in a location, the stock by default."""
        location = location or self.warehouse.lot_stock_id
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", location.id)]
        )
        return sum(quants.mapped("quantity"))

    def delivery(self, product, quantity, reserve=True):
        """A transfer of goods to a customer, reserved unless asked otherwise."""
        warehouse = self.warehouse
        return self._transfer(
            warehouse.out_type_id,
            product,
            quantity,
            warehouse.lot_stock_id,
            self.customers,
            reserve=reserve,
        )

    def receipt(self, supplier, product, quantity):
        """A transfer of goods from a supplier, ready to be validated."""
        warehouse = self.warehouse
        return self._transfer(
            warehouse.in_type_id,
            product,
            quantity,
            self.env.ref("stock.stock_location_suppliers"),
            warehouse.lot_stock_id,
            partner_id=supplier.id,
        )

    def validate(self, transfer):
        """Validate as people do: everything, no questions, no backorder."""
        transfer.move_ids.picked = True
        return transfer.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=transfer.ids
        ).button_validate()

    def _transfer(
        self, kind, product, quantity, source, destination, *, reserve=True, **values
    ):
        move = move_vals(
            self.env,
            product.name,
            product_id=product.id,
            product_uom_qty=quantity,
            product_uom=product.uom_id.id,
            location_id=source.id,
            location_dest_id=destination.id,
        )
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "move_ids": [(0, 0, move)],
                **values,
            }
        )
        transfer.action_confirm()
        if reserve:
            transfer.action_assign()
        return transfer

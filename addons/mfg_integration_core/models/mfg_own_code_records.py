"""The models whose records partners name by codes; see ``mfg.own.code``."""

from odoo import models


class MaintenanceEquipment(models.Model):
    """A machine, named by its serial number."""

    _name = "maintenance.equipment"
    _inherit = ["maintenance.equipment", "mfg.coded.mixin"]


class MrpProduction(models.Model):
    """An order, named by its number; what is reported for it waits for its release."""

    _name = "mrp.production"
    _inherit = ["mrp.production", "mfg.coded.mixin"]

    def action_confirm(self):
        """Extended: events that came before the order was confirmed go on."""
        result = super().action_confirm()
        self._mfg_appeared()
        return result


class MrpWorkcenter(models.Model):
    """A work center, named by its code."""

    _name = "mrp.workcenter"
    _inherit = ["mrp.workcenter", "mfg.coded.mixin"]


class ProductProduct(models.Model):
    """A product, named by its internal reference or barcode."""

    _name = "product.product"
    _inherit = ["product.product", "mfg.coded.mixin"]


class ProductTemplate(models.Model):
    """A product whose variants partners name."""

    _inherit = "product.template"

    def action_view_mfg_bindings(self):
        """What partners call the variants."""
        return self.product_variant_ids.action_view_mfg_bindings()


class StockLocation(models.Model):
    """A location, named by its barcode."""

    _name = "stock.location"
    _inherit = ["stock.location", "mfg.coded.mixin"]


class StockLot(models.Model):
    """A lot or serial, named by its number."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "mfg.coded.mixin"]


class UomUom(models.Model):
    """A unit of measure, named by its symbol."""

    _name = "uom.uom"
    _inherit = ["uom.uom", "mfg.coded.mixin"]

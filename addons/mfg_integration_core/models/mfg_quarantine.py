from typing import NamedTuple

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, formatLang

from ..compat import move_vals

STATES = [
    ("held", "Held"),
    ("back", "Back in Use"),
    ("scrapped", "Scrapped"),
]
DECISIONS = [
    ("back", "The goods go back into use"),
    ("scrap", "The goods are scrapped"),
]


class Goods(NamedTuple):
    """What Odoo counts as one: a product in a location, of one lot and one owner."""

    product: models.BaseModel
    place: models.BaseModel
    lot: models.BaseModel
    owner: models.BaseModel


class MfgQuarantine(models.Model):
    """A quantity in a location that a hold keeps from being used.

    Quants have no identity, so the quantity is set aside by a transfer to the
    quarantine location, reserved at once and done by people when they carry the goods
    away. Until then it is held where it is, afterwards it is held there.
    """

    _name = "mfg.quarantine"
    _description = "Quantity on Hold"
    _inherit = ["mfg.holdable.mixin"]
    _order = "id desc"
    _rec_names_search = ["product_id", "lot_id"]

    product_id = fields.Many2one("product.product", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    owner_id = fields.Many2one(
        "res.partner", readonly=True, help="Whose goods they are; empty = ours."
    )
    location_id = fields.Many2one(
        "stock.location", "Found in", required=True, readonly=True
    )
    quarantine_location_id = fields.Many2one(
        "stock.location", "Set Aside in", required=True, readonly=True
    )
    quantity = fields.Float(
        required=True, readonly=True, digits="Product Unit of Measure"
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    moved_quantity = fields.Float(
        "Carried Away",
        compute="_compute_moved_quantity",
        store=True,
        digits="Product Unit of Measure",
        help="How much of it has been moved to the quarantine location.",
    )
    move_ids = fields.One2many("stock.move", "mfg_quarantine_id", readonly=True)
    decision = fields.Selection(
        DECISIONS,
        required=True,
        readonly=True,
        default="back",
        help="What becomes of the goods when nothing holds them any more.",
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="held", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.plant",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Plant of the warehouse where the goods are set aside.",
    )

    _sql_constraints = [
        ("quantity_positive", "CHECK (quantity > 0)", "Hold more than nothing.")
    ]

    # ---------------------------------------------------------------- computes

    @api.depends("product_id", "lot_id", "location_id", "quantity")
    def _compute_display_name(self):
        for each in self:
            product = each.product_id.display_name
            each.display_name = _(
                "%(quantity)s %(unit)s of %(product)s in %(location)s",
                quantity=formatLang(
                    self.env, each.quantity, dp="Product Unit of Measure"
                ),
                unit=each.uom_id.name,
                product=f"{product} ({each.lot_id.name})" if each.lot_id else product,
                location=each.location_id.display_name,
            )

    @api.depends("move_ids.state", "move_ids.quantity", "quantity")
    def _compute_moved_quantity(self):
        for each in self:
            done = each.move_ids.filtered(lambda move: move.state == "done")
            moved = sum(
                move.product_uom._compute_quantity(move.quantity, each.uom_id)
                for move in done
            )
            each.moved_quantity = min(moved, each.quantity)

    # ----------------------------------------------------------------- actions

    def action_view_transfers(self):
        """The transfers that carry the goods to the quarantine location."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Transfers"),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids.picking_id.ids)],
        }

    # ----------------------------------------------------------------- placing

    @api.model
    def _set_aside(self, quant, quantity, **cause):
        """Hold a quantity of what lies in a location.

        :param quant: one ``stock.quant``: product, lot and location of the goods
        :param quantity: how much of it, in the unit of the product
        :param cause: of the hold, as ``mfg.hold._place`` takes it
        :return: the hold
        :raise UserError: there is not so much that is not on hold already
        """
        quant.ensure_one()
        caller = self.env
        # sudo: who may hold goods need not be allowed to transfer them.
        self, quant = self.sudo(), quant.sudo()
        # First of all: gates that let goods leave the location lock its row.
        quant.location_id._mfg_bump_hold_version()
        self.env["stock.quant"].invalidate_model()
        self._check_quantity(quant, quantity)
        quarantine = self.create(self._prepare_quarantine(quant, quantity))
        quarantine._reserve()
        return caller["mfg.hold"]._place(quarantine, **cause)

    def _check_quantity(self, quant, quantity):
        """:raise UserError: nobody can hold the quantity"""
        if quant.package_id:
            raise UserError(
                _(
                    "Goods in a package cannot be held in part. Hold their lot, or take"
                    " them out of the package."
                )
            )
        place, product = quant.location_id, quant.product_id
        goods = Goods(product, place, quant.lot_id, quant.owner_id)
        free = self._on_hand(goods) - self._held(goods)
        if (
            float_compare(quantity, free, precision_rounding=product.uom_id.rounding)
            > 0
        ):
            raise UserError(
                _(
                    "Only %(free)s %(unit)s of %(product)s in %(location)s are not on"
                    " hold yet.",
                    free=formatLang(self.env, free, dp="Product Unit of Measure"),
                    unit=product.uom_id.name,
                    product=product.display_name,
                    location=place.display_name,
                )
            )

    def _prepare_quarantine(self, quant, quantity):
        """Values of a new row."""
        company = quant.company_id or self.env.company
        warehouse = quant.location_id.warehouse_id or self.env[
            "stock.warehouse"
        ].search([("company_id", "=", company.id)], limit=1)
        return {
            "product_id": quant.product_id.id,
            "lot_id": quant.lot_id.id,
            "owner_id": quant.owner_id.id,
            "location_id": quant.location_id.id,
            "quarantine_location_id": warehouse._mfg_quarantine_location().id,
            "quantity": quantity,
            "company_id": company.id,
            "plant_id": warehouse.mfg_plant_id.id,
        }

    def _reserve(self):
        """Reserve the goods for a transfer to the quarantine location.

        What others reserved of them is taken away; they look for other goods.
        """
        self.ensure_one()
        if self.location_id == self.quarantine_location_id:
            return
        warehouse = self.quarantine_location_id.warehouse_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.int_type_id.id,
                "location_id": self.location_id.id,
                "location_dest_id": self.quarantine_location_id.id,
                "origin": _("On hold"),
                "company_id": self.company_id.id,
                "move_ids": [(0, 0, self._prepare_move())],
            }
        )
        picking.action_confirm()
        picking.move_ids._action_assign()
        reserved = picking.move_ids.move_line_ids
        # Picked: Odoo takes it neither away for others nor back by a click.
        picking.move_ids.picked = True
        goods = {"lot_id": self.lot_id, "owner_id": self.owner_id}
        missing = -self.env["stock.quant"]._get_available_quantity(
            self.product_id,
            self.location_id,
            strict=True,
            allow_negative=True,
            **goods,
        )
        if missing > 0:
            reserved[:1]._free_reservation(
                self.product_id, self.location_id, missing, **goods
            )

    def _prepare_move(self):
        return move_vals(
            self.env,
            self.display_name,
            product_id=self.product_id.id,
            product_uom=self.uom_id.id,
            product_uom_qty=self.quantity,
            location_id=self.location_id.id,
            location_dest_id=self.quarantine_location_id.id,
            company_id=self.company_id.id,
            restrict_partner_id=self.owner_id.id,
            mfg_quarantine_id=self.id,
            move_line_ids=[(0, 0, self._prepare_move_line())],
        )

    def _prepare_move_line(self):
        return {
            "product_id": self.product_id.id,
            "product_uom_id": self.uom_id.id,
            "lot_id": self.lot_id.id,
            "owner_id": self.owner_id.id,
            "quantity": self.quantity,
            "location_id": self.location_id.id,
            "location_dest_id": self.quarantine_location_id.id,
            "company_id": self.company_id.id,
        }

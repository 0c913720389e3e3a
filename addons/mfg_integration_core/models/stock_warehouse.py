from odoo import _, fields, models


class StockWarehouse(models.Model):
    """A warehouse of a plant, with a place for what is on hold.

    Its orders and transfers belong to the plant; the place is made when it is first
    needed.
    """

    _inherit = "stock.warehouse"

    mfg_plant_id = fields.Many2one(
        "mfg.plant",
        "Plant",
        index="btree_not_null",
        check_company=True,
        help="Manufacturing orders and transfers of the warehouse belong to it.",
    )
    mfg_quarantine_location_id = fields.Many2one(
        "stock.location",
        "Quarantine Location",
        copy=False,
        check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Where quantities on hold are taken; made at the first such hold.",
    )

    def _mfg_quarantine_location(self):
        """The place for what is on hold.

        Beside the stock location, not in it: nothing is reserved from there.
        """
        self.ensure_one()
        # sudo: who may hold goods need not be allowed to configure the warehouse.
        warehouse = self.sudo()
        if not warehouse.mfg_quarantine_location_id:
            # Of two that make the place at once, one starts again and finds it.
            warehouse.mfg_quarantine_location_id = warehouse.view_location_id.create(
                {
                    "name": _("Quarantine"),
                    "usage": "internal",
                    "location_id": warehouse.view_location_id.id,
                    "company_id": warehouse.company_id.id,
                }
            )
        place = warehouse.mfg_quarantine_location_id
        if not place.mfg_is_quarantine:
            place.mfg_is_quarantine = True
        return place

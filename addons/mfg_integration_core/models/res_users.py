from odoo import fields, models


class ResUsers(models.Model):
    """A user who may be of some plants only."""

    _name = "res.users"
    _inherit = ["res.users", "mfg.cached.mixin"]

    # Record rules are kept in memory with the plants that they were made for.
    _cached_fields = frozenset({"mfg_plant_ids"})

    # Plants that are archived stay: without its last plant a user would see them all.
    mfg_plant_ids = fields.Many2many(
        "mfg.plant",
        "mfg_plant_res_users_rel",
        "user_id",
        "plant_id",
        "Plants",
        ondelete="restrict",
        context={"active_test": False},
        help="The user sees what these plants exchange and nothing of other plants."
        " Empty = all plants of the user's companies.",
    )

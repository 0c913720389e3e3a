from odoo import _, fields, models
from odoo.exceptions import AccessError


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

    def _mfg_check_role(self, role, refusal=None):
        """Let only users of a role of Manufacturing Integration go on.

        Asked of the user and not of sudo, who may do everything.

        :param role: ``operator`` for users of ``group_operator``
        :param refusal: what the user is told, where it can be more precise
        :raise AccessError: the user has not got the role
        """
        if self.has_group(f"mfg_integration_core.group_{role}"):
            return
        raise AccessError(
            refusal
            or _("Only an Integration Operator may do this. Ask your administrator.")
        )

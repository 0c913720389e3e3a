from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from ..protocols.release_state import NOT_RELEASED, OPEN

#: What makes up the recipe; whoever changes it takes the approval back.
RECIPE_FIELDS = frozenset(
    {
        "allow_operation_dependencies",
        "bom_line_ids",
        "byproduct_ids",
        "consumption",
        "operation_ids",
        "product_id",
        "product_qty",
        "product_tmpl_id",
        "product_uom_id",
        "ready_to_produce",
        "type",
    }
)
#: What only the buttons write.
APPROVAL_FIELDS = frozenset(
    {
        "mfg_approved_at",
        "mfg_approved_by_id",
        "mfg_approved_revision",
        "mfg_is_approved",
        "mfg_recipe_changed_by_id",
    }
)


class MrpBom(models.Model):
    """A recipe that somebody has approved, until it is changed."""

    _name = "mrp.bom"
    _inherit = ["mrp.bom", "mfg.second.person.mixin"]

    mfg_is_approved = fields.Boolean(
        "Approved for Production",
        readonly=True,
        copy=False,
        help="Orders whose release waits for the recipe go to the MES. A change of the"
        " recipe takes the approval back.",
    )
    mfg_approved_at = fields.Datetime("Approved on", readonly=True, copy=False)
    mfg_approved_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False, ondelete="restrict"
    )
    mfg_approved_revision = fields.Integer(
        "Recipe Revision",
        readonly=True,
        copy=False,
        group_operator=None,
        help="How often the recipe was approved.",
    )
    mfg_recipe_changed_by_id = fields.Many2one(
        "res.users", "Recipe Changed by", readonly=True, copy=False
    )

    # --------------------------------------------------------------- overrides

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._mfg_check_approval_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extended: what is changed has to be approved again."""
        self._mfg_check_approval_fields(vals)
        result = super().write(vals)
        if not RECIPE_FIELDS.isdisjoint(vals):
            self._mfg_recipe_changed()
        return result

    def _mfg_check_approval_fields(self, vals):
        if not (APPROVAL_FIELDS.isdisjoint(vals) or self.env.su):
            raise AccessError(_("Use the button to approve a recipe."))

    # ----------------------------------------------------------------- actions

    def action_mfg_approve(self):
        """Approve the recipe as it is; what waits for that is released."""
        recipes = self.filtered(lambda bom: not bom.mfg_is_approved)
        recipes._mfg_check_second_person()
        for bom in recipes:
            revision = bom.mfg_approved_revision + 1
            # sudo: approving needs the role, not the right to change recipes.
            bom.sudo().write(
                {
                    "mfg_is_approved": True,
                    "mfg_approved_at": fields.Datetime.now(),
                    "mfg_approved_by_id": self.env.uid,
                    "mfg_approved_revision": revision,
                }
            )
            bom._mfg_note_approval("recipe.approved", str(revision))
        recipes._mfg_release_look()

    def action_mfg_take_back(self):
        """Take the approval back; what was released stays so."""
        self.env.user._mfg_check_role(
            "approver", _("Only an Integration Approver may take an approval back.")
        )
        self._mfg_take_back(_("Taken back by %(user)s.", user=self.env.user.name))

    # ---------------------------------------------------------------- business

    def _mfg_wanted_by(self):
        """Where two people are wanted, who changed the recipe does not approve it."""
        self.ensure_one()
        # sudo: which setting holds is no secret to who lives by it.
        if not self.env["mfg.setting"].sudo()._get("change.second_person", self):
            return self.env["res.users"]
        return self.sudo().mfg_recipe_changed_by_id or self.create_uid

    def _mfg_recipe_changed(self):
        """Remember who changed the recipe, and take its approval back."""
        # sudo: who may change a part of the recipe has an effect on all of it.
        recipes = self.sudo()
        others = recipes.filtered(
            lambda bom: bom.mfg_recipe_changed_by_id != self.env.user
        )
        if others:
            others.mfg_recipe_changed_by_id = self.env.user
        self._mfg_take_back(_("The recipe was changed by %s.", self.env.user.name))

    def _mfg_take_back(self, why):
        # sudo: as above.
        for bom in self.sudo().filtered("mfg_is_approved"):
            bom.write(
                {
                    "mfg_is_approved": False,
                    "mfg_approved_at": False,
                    "mfg_approved_by_id": False,
                }
            )
            bom._mfg_note_approval("recipe.taken_back", None, why)

    def _mfg_note_approval(self, action, revision, why=None):
        """Tell the audit trail and the readers of the recipe."""
        self.env["mfg.audit.entry"]._append(self, action, new=revision, why=why)
        told = why or _("Recipe approved, revision %(revision)s.", revision=revision)
        # A log note: who writes it may have no address to post from.
        self._message_log(body=told, author_id=self.env.user.partner_id.id)

    def _mfg_release_look(self):
        """Look at the orders that may have waited for the approval."""
        # sudo: who approves a recipe need not see what is made by it.
        waiting = (
            self.env["mrp.production"]
            .sudo()
            .search(
                [
                    ("bom_id", "in", self.ids),
                    ("mfg_release_state", "=", NOT_RELEASED),
                    ("state", "in", OPEN),
                ]
            )
        )
        waiting._mfg_release_look()

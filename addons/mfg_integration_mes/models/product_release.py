from odoo import fields, models

from ..protocols import release_policy

POLICIES = [
    (release_policy.MANUAL, "By hand"),
    (release_policy.ON_CONFIRM, "When the order is confirmed"),
    (release_policy.COMPONENTS_READY, "When its components are reserved"),
    (release_policy.RECIPE_APPROVED, "When its recipe is approved"),
]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    mfg_release_policy = fields.Selection(
        POLICIES,
        "Release to the MES",
        help="When orders for it go to the MES. Empty = as its category says, else the"
        " plant.",
    )

    def _mfg_release_policy(self):
        """The nearest policy that somebody has set; empty for none."""
        self.ensure_one()
        if self.mfg_release_policy:
            return self.mfg_release_policy
        category = self.categ_id
        while category and not category.mfg_release_policy:
            category = category.parent_id
        return category.mfg_release_policy or ""


class ProductCategory(models.Model):
    _inherit = "product.category"

    mfg_release_policy = fields.Selection(
        POLICIES,
        "Release to the MES",
        help="When orders for its products go to the MES. Empty = as the category above"
        " it says, else the plant.",
    )

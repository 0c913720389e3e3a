from odoo import api, fields, models

#: Values that say nothing about what is made.
IDLE = frozenset({"sequence"})


class MfgRecipePartMixin(models.AbstractModel):
    """A part of a recipe: whoever changes it changes the recipe."""

    _name = "mfg.recipe.part.mixin"
    _description = "Part of a Recipe"

    #: Fields whose change is none of the recipe.
    _mfg_idle = IDLE

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.bom_id._mfg_recipe_changed()
        return parts

    def write(self, vals):
        is_change = not self._mfg_idle.issuperset(vals)
        recipes = self.bom_id if is_change else self.env["mrp.bom"]
        result = super().write(vals)
        if is_change:
            (recipes | self.bom_id)._mfg_recipe_changed()
        return result

    def unlink(self):
        recipes = self.bom_id
        result = super().unlink()
        recipes.exists()._mfg_recipe_changed()
        return result


class MrpBomLine(models.Model):
    _name = "mrp.bom.line"
    _inherit = ["mrp.bom.line", "mfg.recipe.part.mixin"]


class MrpBomByproduct(models.Model):
    _name = "mrp.bom.byproduct"
    _inherit = ["mrp.bom.byproduct", "mfg.recipe.part.mixin"]


class MrpRoutingWorkcenter(models.Model):
    _name = "mrp.routing.workcenter"
    _inherit = ["mrp.routing.workcenter", "mfg.recipe.part.mixin"]

    # The order of operations is part of how something is made.
    _mfg_idle = frozenset()

    mfg_instructions_url = fields.Char(
        "Instructions (link)",
        help="Where the shop floor finds how it is done; told to the MES with the"
        " order.",
    )

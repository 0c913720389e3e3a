from typing import NamedTuple

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mfg_integration_core.models.mfg_rule_step import (
    Done,
    UndoByHandError,
)

PATHS = {
    ("mfg.quality.inspection", "lots"): "lot_id",
    ("mfg.quality.inspection", "order"): "production_id",
    (
        "mfg.quality.inspection",
        "workcenter",
    ): "production_id.workorder_ids.workcenter_id",
}


class Cause(NamedTuple):
    """Why an inspection is asked for, as ``_request`` looks at it."""

    name: str
    reason: str
    case_id: models.BaseModel
    correlation_id: str


class MfgRule(models.Model):
    """What quality decides sets rules off."""

    _inherit = "mfg.rule"

    trigger_model = fields.Selection(
        selection_add=[("mfg.quality.inspection", "Quality inspection")],
        ondelete={"mfg.quality.inspection": "cascade"},
    )


class MfgRuleActionMixin(models.AbstractModel):
    _inherit = "mfg.rule.action.mixin"

    kind = fields.Selection(
        selection_add=[("inspection", "Ask quality to look")],
        ondelete={"inspection": "cascade"},
    )


class MfgRuleTarget(models.AbstractModel):
    _inherit = "mfg.rule.target"

    @api.model
    def _paths(self):
        return {**super()._paths(), **PATHS}


class MfgRuleStep(models.Model):
    """Lots to quality review, as a step of a rule."""

    _inherit = "mfg.rule.step"

    def _do_inspection(self):
        """An inspection per lot; one that is open already stands for the new one."""
        order = self.env["mfg.rule.target"]._find(self._document(), "order")
        lots = self._targets()
        if lots._name != "stock.lot":
            lots = self.env["mfg.rule.target"]._find(lots, "lots")
        if not order or not lots:
            raise UserError(
                _(
                    "%(document)s makes no lot that could be inspected.",
                    document=self.run_id.document_name,
                )
            )
        inspections = self.env["mfg.quality.inspection"]
        before = inspections.search([("production_id", "=", order.id)])
        cause = Cause(
            self.run_id.name, self._words(), self.run_id.case_id, self._chain()
        )
        for lot in lots:
            inspections |= inspections._request(order, lot, cause=cause)
        told = _(
            "Quality looks: %(names)s.", names=", ".join(inspections.mapped("name"))
        )
        return Done(told, inspections[:1], {"inspections": (inspections - before).ids})

    def _undo_inspection(self):
        """Nobody but quality may take back what it was asked to decide."""
        asked = (self.undo_data or {}).get("inspections", [])
        waiting = (
            self.env["mfg.quality.inspection"]
            .browse(asked)
            .exists()
            .filtered(lambda inspection: not inspection.decided_at)
        )
        if waiting:
            names = ", ".join(waiting.mapped("name"))
            raise UndoByHandError(
                _("Quality has to decide about %(names)s.", names=names)
            )
        return _("There is nothing left to decide.")

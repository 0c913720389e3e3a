from odoo import api, models

from ..compat import orders_making, producing_lots

#: How one gets from a document to what an action is done to.
PATHS = {
    ("maintenance.equipment", "workcenter"): "mfg_workcenter_id",
    ("maintenance.request", "equipment"): "equipment_id",
    ("maintenance.request", "workcenter"): "equipment_id.mfg_workcenter_id",
    ("mrp.production", "equipment"): "workorder_ids.workcenter_id.mfg_equipment_ids",
    ("mrp.production", "workcenter"): "workorder_ids.workcenter_id",
    ("mrp.workcenter", "equipment"): "mfg_equipment_ids",
    ("mrp.workorder", "order"): "production_id",
    ("mrp.workorder", "workcenter"): "workcenter_id",
}
#: What each target is, so that a document may be its own.
MODELS = {
    "order": "mrp.production",
    "workcenter": "mrp.workcenter",
    "equipment": "maintenance.equipment",
    "lots": "stock.lot",
}


class MfgRuleTarget(models.AbstractModel):
    """What an action is done to, as seen from the document that set the rule off."""

    _name = "mfg.rule.target"
    _description = "Target of an Action"

    @api.model
    def _find(self, document, target):
        """The records; None when the document has none of them.

        :param target: key of the selection of ``mfg.rule.action.mixin``
        """
        if target == "document" or document._name == MODELS[target]:
            return document
        path = self._paths().get((document._name, target))
        if path:
            return document.mapped(path) or None
        if (document._name, target) == ("stock.lot", "order"):
            return orders_making(document) or None
        if target == "order":
            return self._order_at_work(document)
        if target == "lots":
            order = self._find(document, "order")
            return (order and producing_lots(order)) or None
        return None

    @api.model
    def _paths(self):
        """Made to be extended by addons with documents of their own."""
        return PATHS

    @api.model
    def _order_at_work(self, document):
        """The order that runs at the document's work center; None for none."""
        workcenter = self._find(document, "workcenter")
        if not workcenter:
            return None
        running = workcenter._mfg_running_workorders()
        return running.production_id[:1] or None

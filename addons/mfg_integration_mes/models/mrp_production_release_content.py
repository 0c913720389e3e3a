from datetime import timezone

from odoo import models

from odoo.addons.mfg_integration_core.compat import (
    instructions_address,
    producing_lots,
)
from odoo.addons.mfg_integration_core.protocols import rfc3339

#: Small enough for every unit; sums of many moves are exact to it.
DIGITS = 6
#: Work orders without an operation of a bill of materials come last.
LAST = 1_000_000


class MrpProductionReleaseContent(models.Model):
    """An order as the contract ``mfg.production.released.v1`` tells it."""

    _inherit = "mrp.production"

    def _prepare_mfg_release_data(self):
        """``data`` of the contract without its revision, made to be extended.

        In the language of the source, so that it does not depend on who asks.
        """
        self.ensure_one()
        order = self.with_context(lang=None)
        workorders = order._mfg_release_workorders()
        places = {workorder: at for at, workorder in enumerate(workorders, 1)}
        made = order.move_finished_ids.filtered(
            lambda move: move.product_id != order.product_id
        )
        return {
            "order": order.name,
            "plant": order.mfg_plant_id.code or None,
            "product": _product(order.product_id),
            "quantity": order.product_qty,
            "uom": order.product_uom_id.name,
            "lots": producing_lots(order).mapped("name"),
            "priority": "urgent" if order.priority == "1" else "normal",
            "origin": order.origin or None,
            "planned_start_at": _moment(order.date_start),
            "planned_finish_at": _moment(order.date_finished),
            "due_at": _moment(order.date_deadline),
            "recipe": order._prepare_mfg_release_recipe(),
            "components": _together(
                order._prepare_mfg_release_component(move, places)
                for move in order.move_raw_ids.filtered(_is_planned)
            ),
            "operations": [
                order._prepare_mfg_release_operation(workorder, at)
                for workorder, at in places.items()
            ],
            "by_products": _together(
                order._prepare_mfg_release_by_product(move, places)
                for move in made.filtered(_is_planned)
            ),
            "instructions_url": f"{order.get_base_url()}/mail/view"
            f"?model={order._name}&res_id={order.id}",
        }

    def _mfg_release_workorders(self):
        """The work orders as they are done, whatever their dates are by now."""
        alive = self.workorder_ids.filtered(lambda each: each.state != "cancel")
        return alive.sorted(
            lambda each: (
                each.operation_id.sequence if each.operation_id else LAST,
                each.id,
            )
        )

    def _prepare_mfg_release_recipe(self):
        bom = self.bom_id
        if not bom:
            return None
        return {
            "reference": bom.code or bom.product_tmpl_id.display_name,
            "revision": bom.mfg_approved_revision if bom.mfg_is_approved else None,
            "consumption": self.consumption or "flexible",
        }

    def _prepare_mfg_release_component(self, move, places):
        return {
            "product": _product(move.product_id),
            **_demand(move, move.bom_line_id),
            "operation": _place(move, places),
            "consumption": "manual" if move.manual_consumption else "backflushed",
            "lots": move.move_line_ids.lot_id.mapped("name"),
        }

    def _prepare_mfg_release_by_product(self, move, places):
        return {
            "product": _product(move.product_id),
            **_demand(move, move.byproduct_id),
            "operation": _place(move, places),
        }

    def _prepare_mfg_release_operation(self, workorder, at):
        operation = workorder.operation_id
        cycle_min = operation.time_cycle if operation else 0
        workcenter = workorder.workcenter_id
        return {
            "sequence": at,
            "name": workorder.name,
            "work_center": {"code": workcenter.code or None, "name": workcenter.name},
            "planned_duration_s": round(workorder.duration_expected * 60, 3),
            "cycle_time_s": round(cycle_min * 60, 3) or None,
            "planned_start_at": _moment(workorder.date_start),
            "planned_finish_at": _moment(workorder.date_finished),
            "instructions_url": operation.mfg_instructions_url
            or instructions_address(operation)
            or None,
        }


def _product(product):
    return {
        "code": product.default_code or None,
        "name": product.name,
        "tracking": product.tracking,
    }


def _demand(move, line):
    """What a move asks for, in the unit of its line of the recipe, where it has one.

    Moves of which something was posted are in the unit of the product.
    """
    unit = line.product_uom_id or move.product_uom
    quantity = move.product_uom._compute_quantity(
        move.product_uom_qty, unit, round=False
    )
    return {"quantity": round(quantity, DIGITS), "uom": unit.name}


def _moment(moment):
    """A naive UTC moment as the contract has it; None for none."""
    if not moment:
        return None
    return rfc3339.write(moment.replace(tzinfo=timezone.utc))


def _is_planned(move):
    """Whether a move was asked for; what is used beyond the plan was not."""
    return move.state != "cancel" and move.product_uom_qty > 0


def _place(move, places):
    """The place of the operation that the recipe names for a move; None for any.

    Not of its work order: to which one Odoo gives a move that no operation was named
    for differs between series.
    """
    if not move.operation_id:
        return None
    return next(
        (
            at
            for workorder, at in places.items()
            if workorder.operation_id == move.operation_id
        ),
        None,
    )


def _together(items):
    """Items that say the same of different moves, as one with the sum of them.

    A partial posting splits a move in two.
    """
    together = {}
    for item in items:
        same = {k: v for k, v in item.items() if k not in ("quantity", "lots")}
        key = repr(same)
        known = together.setdefault(key, {**item, "quantity": 0.0})
        known["quantity"] = round(known["quantity"] + item["quantity"], DIGITS)
        if "lots" in item:
            known["lots"] = list(dict.fromkeys([*known["lots"], *item["lots"]]))
    return list(together.values())

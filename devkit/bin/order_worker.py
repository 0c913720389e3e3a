"""Confirms and finishes manufacturing orders on command and says what each cost.

Runs in a database with or without the suite, so its orders know nothing of it. It is
started with Odoo's options behind the database and answers each line on its standard
input with a line of JSON on its standard output: ``order`` with
``{"confirm": {"queries": int, "seconds": float}, "finish": {...}}``, ``subscribe`` with
``{}``. What is measured is one transaction, its commit included, as the user *admin*.
"""

import json
import sys
import time

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

COMPONENTS = 3
QUANTITY = 2.0


class Orders:
    """Orders of one product: several components, one operation."""

    def __init__(self, database: str):
        self._registry = Registry(database)
        self._bom_id = self._transact(self._create_bom)[0]

    def cost(self) -> dict:
        """Make one order; what confirming and finishing it cost."""
        order_id, _cost = self._transact(self._create_order)
        _nothing, confirm = self._transact(self._confirm, order_id)
        self._transact(self._report, order_id)
        done, finish = self._transact(self._finish, order_id)
        if not done:
            raise RuntimeError("the order is not finished")
        return {"confirm": confirm, "finish": finish}

    def subscribe(self) -> None:
        """Let a partner, never spoken to, hear of every order."""
        self._transact(self._create_connector)

    # ------------------------------------------------------------- transactions

    def _transact(self, work, *arguments):
        """Result of ``work(env, …)`` committed, and what it cost."""
        started = time.perf_counter()
        with self._registry.cursor() as cr:
            env = api.Environment(cr, self._admin(cr), {})
            before = cr.sql_log_count
            result = work(env, *arguments)
            cr.flush()
            queries = cr.sql_log_count - before
        seconds = time.perf_counter() - started
        return result, {"queries": queries, "seconds": seconds}

    def _admin(self, cr) -> int:
        cr.execute("SELECT id FROM res_users WHERE login = 'admin'")
        return cr.fetchone()[0]

    # ------------------------------------------------------------------- works

    def _create_bom(self, env):
        product = self._product(env, "Gearbox")
        parts = [self._product(env, f"Part {number}") for number in range(COMPONENTS)]
        workcenter = env["mrp.workcenter"].create({"name": "Line"})
        place = env["stock.warehouse"].search([], limit=1).lot_stock_id
        for part in parts:
            env["stock.quant"]._update_available_quantity(part, place, 1e6)
        lines = [{"product_id": part.id, "product_qty": 1} for part in parts]
        operation = {"name": "Assembly", "workcenter_id": workcenter.id}
        bom = env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "bom_line_ids": [(0, 0, line) for line in lines],
                "operation_ids": [(0, 0, operation)],
            }
        )
        return bom.id

    def _product(self, env, name):
        stored = {"detailed_type": "product"}
        if "is_storable" in env["product.template"]._fields:
            stored = {"type": "consu", "is_storable": True}
        return env["product.product"].create({"name": name, **stored})

    def _create_order(self, env):
        bom = env["mrp.bom"].browse(self._bom_id)
        product = bom.product_tmpl_id.product_variant_id
        order = env["mrp.production"].create(
            {"product_id": product.id, "bom_id": bom.id, "product_qty": QUANTITY}
        )
        return order.id

    def _confirm(self, env, order_id):
        env["mrp.production"].browse(order_id).action_confirm()

    def _report(self, env, order_id):
        order = env["mrp.production"].browse(order_id)
        order.action_assign()
        order.qty_producing = order.product_qty
        order._set_qty_producing()
        order.move_raw_ids.picked = True

    def _finish(self, env, order_id):
        order = env["mrp.production"].browse(order_id)
        order.with_context(skip_backorder=True).button_mark_done()
        return order.state == "done"

    def _create_connector(self, env):
        changed = "mfg.production.state_changed.v1"
        kind = env["mfg.event.type"].search([("name", "=", changed)])
        connector = env["mfg.connector"].create({"name": "Line", "code": "order-cost"})
        connector.state = "paused"
        env["mfg.subscription"].create(
            {"connector_id": connector.id, "event_type_id": kind.id}
        )


def main() -> None:
    database, *options = sys.argv[1:]
    config.parse_config(options)
    orders = Orders(database)
    for line in sys.stdin:
        if line.strip() == "subscribe":
            orders.subscribe()
            answer = {}
        else:
            answer = orders.cost()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

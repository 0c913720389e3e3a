"""Writes counts on a manufacturing order one by one, as Odoo's ORM does.

Started with a database, an order's id, how often, and Odoo's options behind them; it
prints how many seconds a write took: three fields, in a transaction of its own.
"""

import sys
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

WARM_UP = 5


def write(registry, order_id: int, number: int) -> None:
    with registry.cursor() as cr:
        order = api.Environment(cr, SUPERUSER_ID, {})["mrp.production"].browse(order_id)
        order.write(
            {
                "mfg_good_quantity": order.mfg_good_quantity + 1,
                "mfg_scrap_quantity": order.mfg_scrap_quantity,
                "qty_producing": number,
            }
        )


def main() -> None:
    database, order_id, times, *options = sys.argv[1:]
    config.parse_config(options)
    registry = Registry(database)
    for number in range(WARM_UP):
        write(registry, int(order_id), number)
    started = time.perf_counter()
    for number in range(int(times)):
        write(registry, int(order_id), WARM_UP + number)
    print((time.perf_counter() - started) / int(times))


if __name__ == "__main__":
    main()

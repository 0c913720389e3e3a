"""What people do to an order by JSON-RPC, alone and all at once."""

import threading

from devkit import plant
from devkit.json_rpc import OdooError

WORKER = ("base.group_user", "mrp.group_mrp_user", "stock.group_stock_user")
OPERATOR = (*WORKER, "mfg_integration_core.group_operator")
NO_QUESTIONS = {"skip_backorder": True, "skip_consumption": True}


PASSWORD = "nobody-else-knows-this"


def hired(live, logins):
    """Sessions of new users.

    :param logins: ``{login: groups}``
    """
    admin = live.session()
    for login, groups in logins.items():
        plant.user(admin, login, PASSWORD, login, groups)
    return [live.session(login, PASSWORD) for login in logins]


def place(session, order_id, reason="E-STOP"):
    """Hold the order by hand."""
    wizard = session.call(
        "mfg.hold.place",
        "create",
        [{"reason": reason}],
        context={"active_model": "mrp.production", "active_ids": [order_id]},
    )
    session.call("mfg.hold.place", "action_place", wizard)


def lift(session, *hold_ids):
    wizard = session.create(
        "mfg.hold.lift", hold_ids=[(6, 0, hold_ids)], reason="Checked"
    )
    session.call("mfg.hold.lift", "action_lift", [wizard])


def finish(session, order_id):
    session.call("mrp.production", "button_mark_done", [order_id], context=NO_QUESTIONS)


def at_once(*works):
    """What each of the works was refused with, or None, when all are let go together.

    :return: ``OdooError`` or None for each
    """
    barrier, refusals = threading.Barrier(len(works)), [None] * len(works)
    broken = []

    def run(number, work):
        barrier.wait()
        try:
            work()
        except OdooError as error:
            refusals[number] = error
        except Exception as error:  # noqa: BLE001  raised again by who waits
            broken.append(error)

    threads = [
        threading.Thread(target=run, args=(number, work))
        for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return refusals


def active_holds(live, order_id):
    """Ids of the order's active holds, oldest first."""
    rows = live.sql(
        "SELECT id FROM mfg_hold WHERE res_model = 'mrp.production' AND res_id = %s"
        " AND state = 'active' ORDER BY id",
        order_id,
    )
    return [hold_id for (hold_id,) in rows]


def state(live, order_id):
    """Odoo's own state of the order."""
    return live.value("SELECT state FROM mrp_production WHERE id = %s", order_id)

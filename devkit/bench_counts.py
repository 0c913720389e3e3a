"""A hundred thousand counts over fifty orders, beside one ORM write per count."""

import subprocess

from .console import DevkitError
from .counted_orders import CountedOrders
from .paths import ROOT
from .process import environment
from .stage import Stage

EVENTS, ORDERS = 100_000, 50
BAR = 50
WRITER = ROOT / "devkit" / "bin" / "count_writer.py"
#: Writes that are timed; a hundred thousand would take an hour.
WRITES = 300


def counts(stage: Stage, built) -> list[dict]:
    """Seconds from the captured counts to exact orders, postings, and the ratio."""
    stage.plant = built
    one_write = _seconds_of_a_write(stage)
    orders = CountedOrders.confirmed(stage, ORDERS)
    with orders.held_back():
        orders.send(EVENTS)
    seconds = orders.posted()
    detail = f"{EVENTS} counts over {ORDERS} orders, totals exact"
    ratio = one_write * EVENTS / seconds
    return [
        _figure("counts to orders", round(seconds, 2), "s", None, detail, True),
        _figure("counts: postings", orders.postings(), "postings", None, detail, True),
        _figure(
            "counts: one ORM write per event",
            round(one_write * EVENTS, 1),
            "s",
            None,
            f"{one_write * 1000:.2f} ms for a write and its commit, of {WRITES}",
            True,
        ),
        _figure("counts against ORM writes", round(ratio, 1), "x", BAR, detail, False),
    ]


def _figure(name, value, unit, bar, detail, at_most) -> dict:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "bar": bar,
        "detail": detail,
        "at_most": at_most,
    }


def _seconds_of_a_write(stage: Stage) -> float:
    """What one count costs that is written by Odoo's ORM."""
    order = CountedOrders.confirmed(stage, 1)
    series = stage.series
    python, _m, _odoo, *options = series.odoo_command(
        stage.database,
        config={"addons_path": series.addons_path_with_tests()},
        name=f"{stage.database}-writer",
    )
    done = subprocess.run(
        [
            python,
            "-B",
            WRITER,
            stage.database,
            str(order.ids[0]),
            str(WRITES),
            *options,
        ],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DevkitError("the process that writes counts failed", done.stderr[-2000:])
    return float(done.stdout.split()[-1])

"""``make bench``: the performance budget, measured on a live plant.

Prints a table and writes ``build/bench.json``, a list of
``{name, series, value, unit, bar, ok, detail, machine}``. ``ONLY=`` measures those
whose name contains a word.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from . import inside, plant, template_database
from .bench_counts import counts
from .bench_delivery import ordered_delivery
from .bench_doors import door_throughput
from .bench_edge import edge_ingest
from .bench_fairness import beside_a_burst
from .bench_latency import commit_to_receipt, stored_answer
from .bench_machine import machine
from .bench_orders import orders
from .bench_screens import screens
from .console import say, step
from .paths import BUILD
from .series import Series
from .stage import opened

REPORT = BUILD / "bench.json"


@dataclass(frozen=True)
class Result:
    """One measured figure.

    :param bar: what the performance budget asks for, None where it asks for nothing
    :param at_most: the bar is an upper limit, else a lower one
    """

    name: str
    series: str
    value: float
    unit: str
    bar: float | None
    detail: str
    at_most: bool = True

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def as_json(self) -> dict:
        """The line of the report."""
        line = asdict(self) | {"ok": self.ok}
        del line["at_most"]
        return line


def main(argv: Sequence[str]) -> int:
    """Measure each series asked for; 0 unless something could not be measured."""
    options = _parse(argv)
    REPORT.unlink(missing_ok=True)
    words = [f"--only={options.only}"]
    if status := inside.run_on_each(options.series, f"{__name__}:measure", words):
        return status
    _print_table()
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devkit bench", description=__doc__)
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    parser.add_argument("--only", default=os.environ.get("ONLY", ""))
    return parser.parse_args(argv)


def measure(series: Series, argv: Sequence[str]) -> int:
    """Measure one series inside its Python and add the results to the report."""
    options = _parse(argv)
    results: list[Result] = []
    template = template_database.ensure(series, with_test_addons=True)
    # Odoo's own rule for a server of this size: a worker that waits for the disk or for
    # PostgreSQL leaves its core to another.
    workers = 2 * (os.cpu_count() or 1) + 1
    with opened(series, "bench", template=template, workers=workers) as stage:
        facts = machine(stage)
        with step("building the plant"):
            built = plant.build(stage)
        with step("waiting for queue_job's runner, which starts after 5 s"):
            stage.wait_for_runner()
        for title, figures in (
            ("commit to receipt", lambda: commit_to_receipt(stage, built)),
            ("ordered delivery", lambda: ordered_delivery(stage, built)),
            ("stored answers", lambda: stored_answer(stage)),
            ("door throughput", lambda: door_throughput(stage)),
            ("counts", lambda: counts(stage, built)),
            ("edge ingest", lambda: edge_ingest(stage)),
            ("a message beside a burst", lambda: beside_a_burst(stage, built)),
            ("orders with and without the suite", lambda: orders(series, template)),
            ("screens at millions of rows", lambda: screens(stage)),
        ):
            if options.only not in title:
                continue
            with step(f"measuring: {title}"):
                results += [
                    Result(series=series.name, **figure) for figure in figures()
                ]
    earlier = json.loads(REPORT.read_text("utf-8")) if REPORT.exists() else []
    report = earlier + [result.as_json() | {"machine": facts} for result in results]
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


def _print_table() -> None:
    lines = json.loads(REPORT.read_text("utf-8"))
    say(f"\n{'':2}{'figure':44} {'series':6} {'value':>10} {'bar':>8}  unit")
    for line in lines:
        mark = "" if line["ok"] else "!"
        bar = "" if line["bar"] is None else f"{line['bar']:g}"
        say(
            f"{mark:2}{line['name']:44} {line['series']:6} {line['value']:>10g}"
            f" {bar:>8}  {line['unit']}"
        )
    say(f"\ndetails: {REPORT.relative_to(BUILD.parent)}")

"""``make test``: unit tests, addon tests, each addon alone, whole-system tests."""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from . import browser, junit, suite, template_database
from .console import DevkitError, report_downloads, say
from .paths import ADDONS, ROOT
from .series import Series, choose
from .test_run import Run
from .test_selection import OUTAGES, SIMULATION, SYSTEM, UNIT, Selection

# Browser tests are named so; run once with all addons, they are not run again for
# each addon alone, to save time.
NO_BROWSER = "not browser and not tour"


@dataclass(frozen=True)
class Part:
    """A part of all tests.

    :param runs: ``runs(series, selection, addons)``, its runs of one series in order;
        ``addons`` are the only ones to install and test, None for all
    :param once: no series changes what they tell, so the first one is enough
    :param at_once: runs side by side; two keep two processors busy, and more do where
        they mostly wait
    """

    runs: Callable[..., Iterator[Run]]
    once: bool = False
    at_once: int = 1

    def runs_of(self, chosen: Sequence[Series], *wanted) -> list[Run]:
        """The runs of all series, the first one of each before the second ones."""
        asked = chosen[:1] if self.once else chosen
        turns = zip_longest(*(self.runs(series, *wanted) for series in asked))
        return [run for turn in turns for run in turn if run]


def main(argv: Sequence[str]) -> int:
    """Run the tests that were asked for; 0 when none failed."""
    options = _parse(argv)
    selection = Selection.parse(options.expression)
    addons = _wanted_addons(options.addon)
    started, tally = time.monotonic(), junit.Tally()
    if selection.wants("addons") or selection.wants("system"):
        browser.ensure()
    chosen = choose(options.series, every=selection.is_everything)
    for series in chosen:
        series.provision()
        template_database.drop_abandoned(series)
    for part in PARTS:
        runs = part.runs_of(chosen, selection, addons)
        for result in _results(runs, part.at_once):
            tally.add(result)
    if not tally.total:
        raise DevkitError(
            f"no test matches {options.expression or 'anything'!r}", "check the name"
        )
    report_downloads()
    _report(tally, time.monotonic() - started)
    return 1 if tally.failed else 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devkit test", description=__doc__)
    parser.add_argument("expression", nargs="?", default=os.environ.get("T"))
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    parser.add_argument("--addon", default=os.environ.get("ADDON"))
    return parser.parse_args(argv)


def _wanted_addons(names: str | None) -> Sequence[str] | None:
    """The addons named, separated by commas, and what they need; None for all."""
    return suite.with_dependencies(names.split(",")) if names else None


def _unit_tests(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Iterator[Run]:
    """Tests without Odoo."""
    if selection.wants("unit") and addons is None:
        yield from _plain("unit tests", series, selection, UNIT)


def _simulation(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Iterator[Run]:
    """Random schedules of the delivery rules."""
    if selection.wants("simulation") and addons is None:
        yield from _plain("simulation", series, selection, SIMULATION)


def _odoo_tests(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Iterator[Run]:
    """Tests inside Odoo, those of all addons."""
    if selection.wants("addons") and suite.addons():
        yield _addon_tests(series, selection, addons)


def _system_tests(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Iterator[Run]:
    """Tests of real processes; those of outages wait for most of their time."""
    if not selection.wants("system") or addons is not None:
        return
    if selection.path:
        yield from _plain("system tests", series, selection, SYSTEM)
        return
    yield from _plain("outages", series, selection, OUTAGES)
    without = [f"--ignore={place}" for place in OUTAGES]
    yield from _plain("system tests", series, selection, SYSTEM, without)


def _plain(
    title: str,
    series: Series,
    selection: Selection,
    places: Sequence[str],
    options: Sequence[str] = (),
) -> Iterator[Run]:
    """A run without a database of its own, if there is anything to run."""
    paths = [place for place in places if (ROOT / place).is_dir()]
    if selection.path:
        paths = [f"{selection.path}{selection.test}"]
    if paths:
        yield Run(series, title, paths, [*selection.pytest_arguments(), *options])


def _addon_tests(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Run:
    """The addons' tests on a database that has them all, or the ones asked for."""
    installed = suite.with_dependencies(suite.addons()) if addons is None else addons
    if selection.path and selection.addon:
        place = f"{_derived(series, Path(selection.path))}{selection.test}"
        return Run(
            series, "addon tests", [place], addons=installed, leave_database=True
        )
    paths = _tests_of(series, [*installed, *suite.serving(installed)])
    arguments = selection.pytest_arguments()
    return Run(
        series,
        "addon tests",
        paths,
        arguments,
        addons=installed,
        leave_database=not selection.is_everything,
    )


def _each_alone(
    series: Series, selection: Selection, addons: Sequence[str] | None
) -> Iterator[Run]:
    """The tests of every addon on a database with no more than it needs."""
    if not selection.is_everything or addons is not None:
        return
    for name in suite.addons():
        paths = _tests_of(series, [name])
        if name != suite.CORE and paths:
            alone = suite.with_dependencies([name])
            yield Run(series, f"{name} alone", paths, ["-k", NO_BROWSER], addons=alone)


def _tests_of(series: Series, names: Sequence[str]) -> list[Path]:
    """Test folders of those addons in the tree of the series."""
    known = {**suite.addons(), **suite.test_addons()}
    folders = [_derived(series, known[name] / "tests") for name in names]
    return [folder for folder in folders if folder.is_dir()]


def _derived(series: Series, path: Path) -> Path:
    """Where the file or folder of the source lies in the tree of the series."""
    path = ROOT / path
    if path.is_relative_to(ADDONS):
        return series.suite_path / path.relative_to(ADDONS)
    return series.test_addons_path / path.relative_to(ROOT / "tests" / "addons")


def _results(runs: Sequence[Run], at_once: int) -> Iterator[junit.Tally]:
    """How the runs went, in their order.

    :param at_once: so many run side by side, and each line says of which series it is
    """
    if at_once < 2 or len(runs) < 2:
        yield from (run.execute() for run in runs)
        return
    with ThreadPoolExecutor(at_once) as crew:
        yield from crew.map(lambda run: run.execute(beside_others=True), runs)


PARTS = (
    Part(_unit_tests, at_once=2),
    Part(_simulation, once=True),
    Part(_odoo_tests, at_once=2),
    Part(_each_alone, once=True, at_once=2),
    Part(_system_tests, at_once=3),
)


def _report(tally: junit.Tally, seconds: float) -> None:
    """The last lines: what failed, what was skipped and why, the sum."""
    for heading, names in (("failed", tally.failed), ("skipped", tally.skipped)):
        if names:
            say(f"{heading}:")
            for name in names:
                say(f"  {name}")
    say(f"tests took {seconds:.0f} s")
    say(str(tally))

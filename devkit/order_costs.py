"""What confirming and finishing an order costs with the suite and without.

Two Odoo processes, each with a database of its own: one has Odoo's modules alone, the
other the suite, too. They do the same in turns, so that what slows the machine down
slows both.
"""

import contextlib
import json
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from . import template_database
from .console import DevkitError
from .paths import ROOT
from .process import LOGS, environment
from .series import Series

WORKER = ROOT / "devkit" / "bin" / "order_worker.py"
STEPS = ("confirm", "finish")
#: The first orders fill the caches of a process.
WARM_UP = 3


class Worker:
    """An Odoo process that makes orders on command."""

    def __init__(self, series: Series, database: str):
        command = series.odoo_command(
            database,
            config={"addons_path": series.addons_path_with_tests()},
            name=f"{database}-orders",
        )
        python, _m, _odoo, *options = command
        LOGS.mkdir(parents=True, exist_ok=True)
        self._log = (LOGS / f"{database}-orders.log").open("w")
        self._process = subprocess.Popen(
            [python, "-B", WORKER, database, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env=environment(),
        )

    def ask(self, word: str) -> dict:
        """Its answer to one line.

        :raise DevkitError: when it ended instead
        """
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise DevkitError(
                "the process that makes orders ended", f"see {self._log.name}"
            )
        return json.loads(answer)

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()


@dataclass(frozen=True)
class Pair:
    """An order without the suite and one with it, made one after the other."""

    without: dict
    with_suite: dict

    def more_queries(self, step: str) -> int:
        return self.with_suite[step]["queries"] - self.without[step]["queries"]

    def ratio(self, step: str) -> float:
        return self.with_suite[step]["seconds"] / self.without[step]["seconds"]


class Comparison:
    """Both workers."""

    def __init__(self, without: Worker, with_suite: Worker):
        self._without, self._with_suite = without, with_suite

    def subscribe(self) -> None:
        """Let a partner hear of every order that the suite sees."""
        self._with_suite.ask("subscribe")

    def pairs(self, count: int) -> list[Pair]:
        """So many pairs, once both processes are warm."""
        for _ in range(WARM_UP):
            self._pair(0)
        return [self._pair(number) for number in range(count)]

    def _pair(self, number: int) -> Pair:
        # Who is first takes turns: the second finds the machine as the first left it.
        workers = [self._without, self._with_suite]
        if number % 2:
            workers.reverse()
        costs = {worker: worker.ask("order") for worker in workers}
        return Pair(costs[self._without], costs[self._with_suite])


@contextlib.contextmanager
def compared(series: Series, template: str, odoo_alone: str) -> Iterator[Comparison]:
    """Two workers on copies of two databases, which are dropped afterwards.

    :param template: database with the suite installed
    :param odoo_alone: database with what the suite depends on
    """
    names = [template_database.scratch_name(series, "orders") for _ in range(2)]
    with contextlib.ExitStack() as stack:
        workers = []
        for source, name in zip((odoo_alone, template), names, strict=True):
            template_database.clone(source, name, series)
            stack.callback(template_database.drop, name, series)
            workers.append(Worker(series, name))
        for worker in workers:
            # Before the databases are dropped: their connections go with them.
            stack.callback(worker.stop)
        yield Comparison(*workers)


def median_ratio(pairs: list[Pair], step: str) -> float:
    """How many times as long a step takes with the suite."""
    return statistics.median(pair.ratio(step) for pair in pairs)


def median_more_queries(pairs: list[Pair], step: str) -> float:
    """How many more queries a step costs with the suite."""
    return statistics.median(pair.more_queries(step) for pair in pairs)

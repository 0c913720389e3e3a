"""``make soak``: both sides write the same field for an hour, and nothing echoes.

Ends with 1 when a message went back to where its change came from, when there were more
messages than changes ask for, or when the sides do not agree in the end; prints the
seed that replays who wrote what.
"""

import argparse
import os
import random
from collections.abc import Sequence

from . import inside, plant, template_database
from .chaos_checks import ViolationError
from .console import say, step
from .poll import NeverHappenedError
from .series import Series
from .soak_run import Plan, play
from .stage import opened

WRONG = 1
MINUTES = 60.0
#: How long after a change a CMMS calls back.
LATE_S = 0.0


def main(argv: Sequence[str]) -> int:
    """Run on each series asked for; 0 when nothing echoed and all agree."""
    options = _parse(argv)
    words = [
        f"--seed={options.seed}",
        f"--minutes={options.minutes}",
        f"--late={options.late}",
    ]
    return inside.run_on_each(options.series, f"{__name__}:run", words)


def run(series: Series, argv: Sequence[str]) -> int:
    """Run on one series, inside its Python."""
    options = _parse(argv)
    template = template_database.ensure(series, with_test_addons=True)
    with opened(series, "soak", template=template) as stage:
        with step("waiting for queue_job's runner, which starts after 5 s"):
            stage.wait_for_runner()
        stage.plant = plant.build(stage)
        plan = Plan(options.seed, options.minutes * 60, options.late)
        say(f"\nsoak on {series.name}: {plan}")
        try:
            counts = play(stage, plan, say=lambda text: say(f"  {text}"))
        except (ViolationError, NeverHappenedError) as error:
            say(f"\nfirst violation: {error}")
            say(f"replay: make soak SERIES={series.name} {plan}")
            return WRONG
        for what, count in counts.items():
            say(f"  {what:32} {count}")
        say("  no message went back to where its change came from; all sides agree")
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="devkit soak", description=__doc__)
    parser.add_argument("--series", default=given("SERIES"))
    parser.add_argument(
        "--seed", type=int, default=given("SEED") or random.randrange(10**6)
    )
    parser.add_argument("--minutes", type=float, default=given("MINUTES") or MINUTES)
    parser.add_argument("--late", type=float, default=given("LATE") or LATE_S)
    return parser.parse_args(argv)

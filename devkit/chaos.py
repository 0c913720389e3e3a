"""``make chaos``: thousands of messages while everything that may fail does.

Ends with 1 at the first message or event that was lost, doubled or out of order, and
prints the seed that replays the moods of the peer and the kills.
"""

import argparse
import os
import random
from collections.abc import Sequence

from . import inside, own_postgres, template_database
from .chaos_checks import ViolationError
from .chaos_run import Plan, play
from .console import say, step
from .demo import OFF
from .poll import NeverHappenedError
from .series import Series
from .stage import opened

WRONG = 1
MODES = {"both": ("dedupe", "naive"), "dedupe": ("dedupe",), "naive": ("naive",)}
LANES = 40
VICTIMS = ("server", "jobs", "postgresql", "jobs", "peer", "postgresql", "server")


def main(argv: Sequence[str]) -> int:
    """Run on each series asked for; 0 when nothing was lost, doubled or re-ordered."""
    options = _parse(argv)
    words = [f"--seed={options.seed}", f"--mode={options.mode}"]
    words += [f"--messages={options.messages}", *_runner_words(options)]
    return inside.run_on_each(options.series, f"{__name__}:rage", words)


def rage(series: Series, argv: Sequence[str]) -> int:
    """Run on one series, inside its Python, on a PostgreSQL that may be killed."""
    options = _parse(argv)
    template = template_database.ensure(series, with_test_addons=True)
    with (
        own_postgres.started(template),
        opened(series, "chaos", template=template, runner=options.runner) as stage,
    ):
        if options.runner:
            with step("waiting for queue_job's runner, which starts after 5 s"):
                stage.wait_for_runner()
        for mode in MODES[options.mode]:
            plan = Plan(
                seed=options.seed,
                mode=mode,
                messages=options.messages,
                lanes=LANES,
                victims=VICTIMS,
            )
            say(f"\nchaos on {series.name}: {mode}, seed {plan.seed}{_how(options)}")
            try:
                counts = play(stage, plan, say=lambda text: say(f"  {text}"))
            except (ViolationError, NeverHappenedError) as error:
                say(f"\nfirst violation: {error}")
                say(f"replay: make chaos {_replay(series, options, mode)}")
                say(f"logs: build/logs/{stage.database}-*.log")
                return WRONG
            for what, count in counts.items():
                say(f"  {what:28} {count}")
            say("  every one took effect once and in order; nothing is open")
    return 0


def _how(options: argparse.Namespace) -> str:
    return "" if options.runner else ", no job runner"


def _replay(series: Series, options: argparse.Namespace, mode: str) -> str:
    words = f"SERIES={series.name} SEED={options.seed} MODE={mode}"
    runner = "" if options.runner else " RUNNER=off"
    return f"{words} MESSAGES={options.messages}{runner}"


def _runner_words(options: argparse.Namespace) -> list[str]:
    return [] if options.runner else ["--no-runner"]


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="devkit chaos", description=__doc__)
    parser.add_argument("--series", default=given("SERIES"))
    parser.add_argument(
        "--seed", type=int, default=given("SEED") or random.randrange(10**6)
    )
    parser.add_argument("--mode", choices=MODES, default=given("MODE") or "both")
    parser.add_argument("--messages", type=int, default=given("MESSAGES") or 2000)
    parser.add_argument(
        "--no-runner",
        dest="runner",
        action="store_false",
        default=given("RUNNER", "").lower() not in OFF,
        help="never start queue_job's runner; the sweeper does the work (RUNNER=off)",
    )
    return parser.parse_args(argv)

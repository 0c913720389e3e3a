"""``make demo``: one machine fault, played by real processes and checked at the end."""

import argparse
import os
import time
from collections.abc import Sequence

from . import inside, plant, template_database
from .console import say, step
from .narrator import Narrator, StoryError
from .series import Series, choose
from .stage import Stage, opened
from .story import PATIENCE_S, PATIENCE_WITHOUT_RUNNER_S, Story
from .story_checks import checks

WRONG = 1
OFF = ("off", "0", "no", "false")


def main(argv: Sequence[str]) -> int:
    """Play the story on each series asked for; 0 when all of it came true."""
    options = _parse(argv)
    status = 0
    for series in choose(options.series):
        started = time.monotonic()
        series.provision()
        template_database.drop_abandoned(series)
        template_database.ensure(series)
        status = inside.run(series, f"{__name__}:play", _inner_arguments(options))
        if status:
            return status
        say(f"demo on {series.name}: {time.monotonic() - started:.0f} s")
    return status


def play(series: Series, argv: Sequence[str]) -> int:
    """Play and check the story on one series, inside its Python."""
    options = _parse(argv)
    with opened(series, "demo", runner=options.runner) as stage:
        return _tell(stage, kill=options.kill)


def _tell(stage: Stage, *, kill: bool) -> int:
    """Build the plant, play the story, check the end, sum up."""
    with step("building the plant"):
        built = plant.build(stage)
    if stage.has_runner:
        with step("waiting for queue_job's runner, which starts after 5 s"):
            stage.wait_for_runner()
    narrator = Narrator(
        last_words=lambda: troubles(stage),
        within_s=PATIENCE_S if stage.has_runner else PATIENCE_WITHOUT_RUNNER_S,
    )
    story = Story(
        stage,
        built,
        built.order,
        narrator,
        interrupt=(lambda: _kill_and_restart(stage, narrator)) if kill else None,
    )
    try:
        story.play()
        _check(story, narrator)
    except StoryError as error:
        say(f"\nfirst wrong step: {error}\nlogs: build/logs/{stage.database}-*.log")
        return WRONG
    _sum_up(story, narrator)
    return 0


def _check(story: Story, narrator: Narrator) -> None:
    """Print every check; the first that is wrong ends the demo.

    :raise StoryError: naming it
    """
    narrator.headline("Checks")
    wrong = []
    for check in checks(story):
        say(f"  {'ok ' if check.ok else 'WRONG'}  {check.title}")
        if not check.ok:
            wrong.append(check)
            say(f"         found  {check.found}\n         wanted {check.wanted}")
    if wrong:
        raise StoryError(f"check: {wrong[0].title}")


def _sum_up(story: Story, narrator: Narrator) -> None:
    """The last lines: how much happened, and how quickly."""
    stage, correlation_id = story.stage, story.correlation_id()
    counted = {
        "machine events": "SELECT count(*) FROM mfg_edge_event",
        "inbox events": "SELECT count(*) FROM mfg_inbox_event",
        "messages": "SELECT count(*) FROM mfg_outbox_message",
        "attempts": "SELECT count(*) FROM mfg_delivery_attempt",
        "holds": "SELECT count(*) FROM mfg_hold",
        "audit entries": "SELECT count(*) FROM mfg_audit_entry",
    }
    counts = (f"{stage.value(query)} {what}" for what, query in counted.items())
    say(f"\none chain: {correlation_id}")
    say(f"counts: {', '.join(counts)}")
    say(f"the story took {narrator.seconds:.1f} s in {len(narrator.latencies)} steps")


def _kill_and_restart(stage: Stage, narrator: Narrator) -> None:
    """``kill -9`` of both Odoo processes in the middle of a delivery."""
    pids = f"{stage.http.pid} and {stage.jobs.pid}"
    stage.kill_odoo()
    narrator.note(f"kill -9 of the Odoo processes {pids}, then a restart")
    stage.start_odoo(append=True)


def troubles(stage: Stage) -> str:
    """What the logs of the hub hold against the story, newest first."""
    rows = stage.sql(
        """
        SELECT event_type || ' ' || state || ': ' || COALESCE(reason, 'no reason')
          FROM mfg_integration_log
         WHERE state IN ('retry', 'held', 'dead', 'waiting', 'rejected')
         ORDER BY create_date DESC LIMIT 3
        """
    )
    return "; ".join(text for (text,) in rows)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devkit demo", description=__doc__)
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    parser.add_argument(
        "--no-runner",
        dest="runner",
        action="store_false",
        default=os.environ.get("RUNNER", "").lower() not in OFF,
        help="never start queue_job's runner; the sweeper does the work (RUNNER=off)",
    )
    parser.add_argument(
        "--kill",
        action="store_true",
        default=os.environ.get("KILL", "").lower() not in ("", *OFF),
        help="kill -9 Odoo in the middle of a delivery, then restart it (KILL=1)",
    )
    return parser.parse_args(argv)


def _inner_arguments(options: argparse.Namespace) -> list[str]:
    """The options as words, for the process inside."""
    words = {"--no-runner": not options.runner, "--kill": options.kill}
    return [word for word, given in words.items() if given]

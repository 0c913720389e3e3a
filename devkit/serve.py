"""``make serve``: a server with demo data in the foreground, until Ctrl-C."""

import argparse
import contextlib
import os
import socket
from collections.abc import Sequence

from . import inside, plant, template_database
from .console import DevkitError, say, step
from .demo import troubles
from .narrator import Narrator, StoryError
from .series import Series, choose
from .stage import LOOPBACK, Stage, opened
from .story import Story

DEFAULT_PORT = "8069"


def main(argv: Sequence[str]) -> int:
    """Serve one series until Ctrl-C; 0 when it ended that way."""
    options = _parse(argv)
    _check_port(options.port)
    series = choose(options.series)[0].provision()
    template_database.drop_abandoned(series)
    template_database.ensure(series)
    status = inside.run(series, f"{__name__}:serve", [f"--port={options.port}"])
    say("everything is stopped")
    return status


def serve(series: Series, argv: Sequence[str]) -> int:
    """Fill a database with the story, say where it is, and wait for Ctrl-C."""
    options = _parse(argv)
    with opened(series, "serve", port=options.port, workers=0) as stage:
        fill(stage)
        say(
            f"ready: {stage.url} db={stage.database} login=admin password=admin\n"
            "Ctrl-C stops everything"
        )
        with contextlib.suppress(KeyboardInterrupt):
            stage.http.wait()
            raise DevkitError(
                f"the Odoo server ended by itself, {stage.http.last_words()}",
                "see its log",
            )
    return 0


def fill(stage: Stage) -> None:
    """One settled case, and one that is open with a blocked order."""
    with step("building the plant"):
        built = plant.build(stage)
        second = plant.release_order(
            stage.session(), built.product_id, built.bom_id, lot="GB-200-0002"
        )
    with step("waiting for queue_job's runner, which starts after 5 s"):
        stage.wait_for_runner()
    narrator = Narrator(last_words=lambda: troubles(stage), out=lambda _line: None)
    try:
        with step("playing the story once, and a second time up to the blocked order"):
            Story(stage, built, built.order, narrator, refusals=1).play()
            Story(stage, built, second, narrator, refusals=0).play_until_blocked()
    except StoryError as error:
        raise DevkitError(
            f"the story did not come true: {error}", "run make demo"
        ) from error


def _check_port(port: int) -> None:
    """:raise DevkitError: when somebody else has the port"""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise DevkitError(
                f"port {port} cannot be had: {error.strerror}",
                "stop the program that uses it, or choose another: make serve PORT=...",
            ) from error


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="devkit serve", description=__doc__)
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or DEFAULT_PORT
    )
    return parser.parse_args(argv)

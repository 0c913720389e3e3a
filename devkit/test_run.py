"""One run of pytest on one series, on a database of its own if it needs one."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import junit, template_database
from .console import say
from .paths import BUILD, PARTNER_KIT, ROOT
from .process import environment
from .series import Series

REPORTS = BUILD / "test-reports"
NOTHING_COLLECTED = 5
# Deprecations inside Odoo's own libraries are not ours to act on.
NO_NOISE = ("--disable-warnings", "--color=auto")
# pytest-odoo silences Odoo unless told otherwise, and nobody would see a warning.
LOG_WATCH = ("--odoo-log-level=warn", "-p", "devkit.log_watch")
BROWSER = ("-p", "devkit.browser_watch")
QUICKER = ("-p", "devkit.quick_passwords", "-p", "devkit.ready_bundles")


#: So long after the end of pytest its last lines are waited for.
LAST_LINES_WITHIN_S = 10


def _pass_on(lines: Iterable[str], mark: str) -> None:
    """Print each line as it comes, with the mark before it."""
    for line in lines:
        say(f"{mark}{line.rstrip()}")


def free_port() -> int:
    """A TCP port on the loopback interface that nobody uses at the moment."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Run:
    """One run of pytest.

    :param title: what it is, for the reader: "unit tests"
    :param paths: files and folders given to pytest
    :param arguments: further options of pytest
    :param addons: those a database must have; None for a run without a database
    :param variables: set in the environment of the tests
    :param leave_database: a later run removes it, so that this one ends sooner
    """

    series: Series
    title: str
    paths: Sequence[Path | str]
    arguments: Sequence[str] = ()
    addons: Sequence[str] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    leave_database: bool = False

    def execute(self, beside_others: bool = False) -> junit.Tally:
        """Run it and return how it went.

        :param beside_others: other series run at the same time, so each line that it
            prints begins with its own
        """
        title = f"{self.title} ({self.series.name})"
        say(f"-> {title}, at the same time" if beside_others else f"== {title}")
        REPORTS.mkdir(parents=True, exist_ok=True)
        report = REPORTS / f"{title.replace(' ', '-').strip('()')}.xml"
        report.unlink(missing_ok=True)
        with self._database() as odoo_options:
            started = time.monotonic()
            status = self._pytest(
                [f"--junitxml={report}", "-o", "junit_family=xunit1", *odoo_options],
                f"{self.series.name} | " if beside_others else None,
            )
            seconds = time.monotonic() - started
        tally = junit.Tally()
        if status != NOTHING_COLLECTED:
            tally = junit.read(report, self.series.name)
        if status not in (0, 1, NOTHING_COLLECTED) and not tally.failed:
            tally.failed.append(f"{title}: pytest ended with status {status}")
        say(f"   {title}: {tally}, {seconds:.0f} s")
        return tally

    def _pytest(self, options: Sequence[str], mark: str | None) -> int:
        """Run pytest; its status.

        :param mark: begins each line that it prints; None lets it write by itself
        """
        with subprocess.Popen(
            [self.series.python, "-m", "pytest", "-q", "-rfE", *NO_NOISE]
            + [*options, *self.arguments, *map(str, self.paths)],
            cwd=ROOT,
            env=environment(self._variables()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if mark else None,
            stderr=subprocess.STDOUT if mark else None,
            text=True,
        ) as process:
            if not mark:
                return process.wait()
            reader = threading.Thread(
                target=_pass_on, args=(process.stdout, mark), daemon=True
            )
            reader.start()
            status = process.wait()
            # Not for ever: a server that a test has left behind keeps the pipe open.
            reader.join(LAST_LINES_WITHIN_S)
        return status

    def _variables(self) -> dict[str, str]:
        return {
            "MFG_SERIES": self.series.name,
            "MFG_ADDONS_PATH": ",".join(map(str, self.series.addons_path_with_tests())),
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, PARTNER_KIT))),
            # No job runner beside the tests: jobs would do the work that a test is
            # about to look at.
            **({} if self.addons is None else {"ODOO_QUEUE_JOB_CHANNELS": "root:0"}),
            **self.variables,
        }

    @contextlib.contextmanager
    def _database(self):
        """Options of pytest-odoo for a database of this run, which is then dropped."""
        if self.addons is None:
            yield ["-p", "no:odoo"]
            return
        series = self.series
        template = template_database.ensure(series, self.addons, with_test_addons=True)
        name = template_database.scratch_name(series, "test")
        template_database.clone(template, name, series)
        try:
            yield self._odoo_options(name)
        finally:
            if not self.leave_database:
                template_database.drop_later(name, series)

    def _odoo_options(self, database: str) -> list[str]:
        port = free_port()
        config = {
            "addons_path": self.series.addons_path_with_tests(),
            "http_port": port,
            "max_cron_threads": 0,
            # Tests run jobs themselves: a runner beside them would be quicker.
            "queue_job.channels": "root:0",
        }
        if self.series.name != "17.0":
            # Without a replica 19.0 warns that tests cannot use a read-only cursor.
            config["db_replica_host"] = self.series.configuration(None, {})["db_host"]
        command = self.series.odoo_command(database, config=config)
        conf = command[command.index("-c") + 1]
        return [f"--odoo-config={conf}", "--odoo-http", *LOG_WATCH, *BROWSER, *QUICKER]

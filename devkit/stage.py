"""The stage of the demo: real processes around one database.

An Odoo HTTP server with two workers, a second Odoo process for jobs (queue_job's
runner and cron), the CMMS, the QMS and the machine, each with a free port on the
loopback interface. Runs inside the series' Python, since it reads the database.
"""

import base64
import contextlib
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import json_http, postgres, template_database
from .console import DevkitError, step
from .json_rpc import Session
from .own_process import OwnProcess
from .paths import BUILD, ROOT
from .poll import NeverHappenedError, until
from .series import Series

LOOPBACK = "127.0.0.1"
ODOO_UP_WITHIN_S = 90
PEER_UP_WITHIN_S = 15
RUNNER_UP_WITHIN_S = 60
# queue_job's runner holds this advisory lock; source: queue_job/jobrunner/runner.py.
RUNNER_LOCK = 2293787760715711918
QUEUE_JOB = "queue_job"
# Asks the database few questions, unlike the route of the health.
CHEAP_ROUTE = "/mfg/v1/contracts/mfg.ping.v1"
# One job at a time, the only order that queue_job keeps; the bench compares with it.
ORDERED_CHANNEL = "root.ordered"
LAUNCHER = ROOT / "devkit" / "bin" / "odoo_server.py"


def free_port() -> int:
    """A TCP port on the loopback interface that nobody uses at the moment."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Secrets:
    """What the plant and its partners share; made anew for every stage."""

    cmms_token: str = field(default_factory=lambda: secrets.token_hex(16))
    cmms_webhook: str = field(default_factory=lambda: secrets.token_hex(32))
    qms_key: str = field(default_factory=lambda: secrets.token_hex(16))
    qms_webhook: str = field(default_factory=lambda: new_secret())
    machine: str = field(default_factory=lambda: new_secret())
    metrics_token: str = field(default_factory=lambda: secrets.token_hex(16))
    keys: str = field(
        default_factory=lambda: base64.urlsafe_b64encode(os.urandom(32)).decode()
    )


def new_secret() -> str:
    """A secret for Standard Webhooks."""
    return f"whsec_{base64.b64encode(os.urandom(32)).decode()}"


class Peer:
    """One of the fakes in a process of its own, and its control door."""

    def __init__(self, name: str, process: OwnProcess, url: str):
        self.name = name
        self.process = process
        self.url = url

    def start(self, *, append: bool = False) -> None:
        self.process.start(append=append)

    def wait(self) -> None:
        """Return once it answers."""
        until(
            lambda: _answers(f"{self.url}/_control/manners"),
            f"{self.name} answers",
            within_s=PEER_UP_WITHIN_S,
            last_words=self.process.last_words,
        )

    def control(self, path: str, **wanted) -> dict:
        """Do something at its control door; what it answered."""
        answer = json_http.post(f"{self.url}/_control/{path}", wanted)
        if answer.status >= 400:
            raise ValueError(f"{self.name} refuses {path}: {answer.body.decode()}")
        return answer.json

    def ledger(self, kind: str | None = None) -> list[dict]:
        """The lines of its ledger, or those of one kind."""
        lines = json_http.get(f"{self.url}/_control/ledger").json
        return [line for line in lines if kind is None or line["kind"] == kind]

    def progress(self) -> dict:
        """How far the machine has played; only the machine knows this."""
        return json_http.get(f"{self.url}/_control/progress").json


class Stage:
    """All processes of one demo.

    :param database: has the suite installed; the stage neither makes nor drops it
    :param runner: False leaves queue_job's runner out, as if it had never been started
    :param port: of the Odoo server; a free one when not given
    :param workers: of the Odoo server; 0 = threads, with websockets on the same port
    :param secrets: those of another stage, for a copy of its database
    """

    def __init__(
        self,
        series: Series,
        database: str,
        *,
        runner: bool = True,
        port: int = 0,
        workers: int = 2,
        secrets: Secrets | None = None,
    ):
        self.series = series
        self.database = database
        self.has_runner = runner
        self._workers = workers
        self.secrets = secrets or Secrets()
        self.url = f"http://{LOOPBACK}:{port or free_port()}"
        self._jobs_url = f"http://{LOOPBACK}:{free_port()}"
        self._connection = None
        self._sessions: dict[tuple[str, str], Session] = {}
        self.http = OwnProcess(f"{database}-http", self._http_argv(), self._odoo_env())
        self.jobs = OwnProcess(f"{database}-jobs", self._jobs_argv(), self._odoo_env())
        self.cmms = self._peer(
            "cmms",
            f"--token={self.secrets.cmms_token}",
            f"--webhook-secret={self.secrets.cmms_webhook}",
        )
        self.qms = self._peer(
            "qms",
            f"--api-key={self.secrets.qms_key}",
            f"--webhook-secret={self.secrets.qms_webhook}",
        )
        self.machine = self._peer(
            "machine", "--connector=assembly-edge", f"--secret={self.secrets.machine}"
        )
        self.peers = (self.cmms, self.qms, self.machine)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    # ------------------------------------------------------------- processes

    def start(self) -> None:
        """Start everything, and return once all but the runner answer."""
        for peer in self.peers:
            peer.start()
        self.start_odoo()
        for peer in self.peers:
            peer.wait()

    def start_odoo(self, *, append: bool = False) -> None:
        """Start both Odoo processes and return once the server answers."""
        self.http.start(append=append)
        self.jobs.start(append=append)
        self.wait_for_odoo()

    def wait_for_odoo(self) -> None:
        """Return once the Odoo server answers requests about the database."""
        until(
            lambda: self._odoo_answers(),
            "the Odoo server answers",
            within_s=ODOO_UP_WITHIN_S,
            last_words=self.http.last_words,
        )

    def wait_for_runner(self) -> None:
        """Return once queue_job's runner has taken its lock, which takes 5 s."""
        until(
            self.runner_is_alive,
            "queue_job's runner is alive",
            within_s=RUNNER_UP_WITHIN_S,
            last_words=self.jobs.last_words,
        )

    def kill_odoo(self) -> None:
        """``kill -9`` of both Odoo processes and their workers."""
        self.http.kill()
        self.jobs.kill()

    def supervise(self) -> None:
        """Start an Odoo process that ended by itself, as a service manager does.

        19.0's server ends when the database is away while it starts a worker.
        """
        for process in (self.http, self.jobs):
            if not process.is_running:
                process.start(append=True)

    def stop_odoo(self) -> None:
        """End both Odoo processes and let go of the database; the peers go on."""
        self._stop(self.http, self.jobs)

    def stop(self) -> None:
        """End every process that was started here."""
        self._stop(self.http, self.jobs, *(peer.process for peer in self.peers))

    def _stop(self, *processes: OwnProcess) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.stop()

    def hire(self, name: str, *options: str, called: str = "") -> Peer:
        """One more of the fakes, started; it goes with the stage.

        :param options: of its command line, beside those that every peer has
        :param called: its own name, where the stage has one of the kind already
        """
        peer = self._peer(name, *options, called=called)
        self.peers = (*self.peers, peer)
        peer.start()
        peer.wait()
        return peer

    # -------------------------------------------------------------- database

    def sql(self, query: str, *values, **named) -> list[tuple]:
        """Rows of a query on a connection of our own, reopened when it broke.

        :param values: for ``%s``; named ones are for ``%(name)s``
        """
        import psycopg2

        connection = self._connect()
        try:
            return _rows(connection, query, named or values)
        except psycopg2.Error as error:
            # Without a code it does not come from the server: the connection is lost.
            if error.pgcode:
                raise
            self._connection = None
            return _rows(self._connect(), query, named or values)

    def value(self, query: str, *values):
        """The one value of a query, None when there is no row."""
        rows = self.sql(query, *values)
        return rows[0][0] if rows else None

    def runner_is_alive(self) -> bool:
        """Whether somebody holds the runner's lock in this database."""
        return bool(
            self.value(
                """
                SELECT count(*)
                  FROM pg_locks
                  JOIN pg_database ON pg_database.oid = pg_locks.database
                 WHERE locktype = 'advisory'
                   AND datname = current_database()
                   AND (classid::bigint << 32) + objid::bigint = %s
                """,
                RUNNER_LOCK,
            )
        )

    def session(self, login: str = "admin", password: str = "admin") -> Session:
        """JSON-RPC as one user, who logs in once: each time costs half a second.

        The server keeps sessions in files, so one outlives a killed server.
        """
        key = login, password
        if key not in self._sessions:
            self._sessions[key] = Session(self.url, self.database, login, password)
        return self._sessions[key]

    def _connect(self):
        if self._connection is None:
            self._connection = postgres.connect(self.database)
            self._connection.autocommit = True
        return self._connection

    # --------------------------------------------------------- command lines

    def _odoo_argv(self, role: str, config: dict) -> list[str]:
        """Command line of an Odoo process, started by path (see ``bin/``)."""
        shared = {
            "addons_path": self.series.addons_path_with_tests(),
            "list_db": False,
            "gevent_port": free_port(),
        }
        command = self.series.odoo_command(
            self.database, config={**shared, **config}, name=f"{self.database}-{role}"
        )
        at = command.index("-m")
        return [*command[:at], str(LAUNCHER), *command[at + 2 :]]

    def _http_argv(self) -> list[str]:
        config = {
            "http_port": self.url.rpartition(":")[2],
            "workers": self._workers,
            "max_cron_threads": 0,
            "server_wide_modules": self._modules(runner=False),
        }
        return self._odoo_argv("http", config)

    def _jobs_argv(self) -> list[str]:
        config = {
            "http_port": self._jobs_url.rpartition(":")[2],
            # Processes, since Odoo's cron thread does not outlive a lost connection.
            "workers": 2,
            "max_cron_threads": 1,
            "server_wide_modules": self._modules(runner=self.has_runner),
            "queue_job.channels": f"root:4,{ORDERED_CHANNEL}:1",
        }
        return self._odoo_argv("jobs", config)

    def _modules(self, *, runner: bool) -> str:
        """Server-wide modules of the series, queue_job only where the runner runs."""
        every = self.series.configuration(None, {})["server_wide_modules"].split(",")
        return ",".join(name for name in every if runner or name != QUEUE_JOB)

    def _odoo_env(self) -> dict[str, str]:
        return {
            "MFG_INTEGRATION_KEYS": self.secrets.keys,
            "MFG_INTEGRATION_ENVIRONMENT": "demo",
            "MFG_INTEGRATION_METRICS_TOKEN": self.secrets.metrics_token,
        }

    def _peer(self, name: str, *options: str, called: str = "") -> Peer:
        port, called = free_port(), called or name
        ledger = BUILD / "ledgers" / f"{self.database}-{called}.jsonl"
        ledger.unlink(missing_ok=True)
        argv = [self.series.python, "-u", "-m", f"tests.fakes.{name}"]
        argv += [f"--port={port}", f"--ledger={ledger}", f"--odoo={self.url}", *options]
        process = OwnProcess(f"{self.database}-{called}", argv)
        return Peer(called, process, f"http://{LOOPBACK}:{port}")

    def is_steady(self) -> bool:
        """Whether every worker of both Odoo processes answers.

        A worker that lost its connections fails once for each; who asks first finds
        them just so, and not the next job.
        """
        self.supervise()
        asked = [url for url in (self.url, self._jobs_url) for _ in range(6)]
        return all([_answers(f"{url}{CHEAP_ROUTE}") for url in asked])

    def _odoo_answers(self) -> bool:
        if not self.http.is_running:
            raise NeverHappenedError(
                f"the Odoo server ended by itself, {self.http.last_words()}"
            )
        return _answers(f"{self.url}/mfg/v1/health")


def _rows(connection, query: str, values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def opened(
    series: Series, purpose: str, *, template: str = "", **options
) -> Iterator[Stage]:
    """A stage with everything running, on a database that is dropped afterwards.

    :param purpose: part of the database's name: "demo"
    :param template: database with the suite installed, else the series' template
    :param options: of the stage
    :raise DevkitError: when a process does not come up
    """
    template = template or template_database.ensure(series)
    database = template_database.scratch_name(series, purpose)
    template_database.clone(template, database, series)
    try:
        with Stage(series, database, **options) as stage:
            with step("starting Odoo, its jobs, the peers and the machine"):
                stage.start()
            yield stage
    except NeverHappenedError as error:
        raise DevkitError(str(error), "see the logs in build/logs") from error
    finally:
        template_database.drop(database, series)


@contextlib.contextmanager
def copied(original: Stage, purpose: str) -> Iterator[Stage]:
    """Odoo on a copy of a stage's database, made as ``createdb -T`` does.

    The copy has the keys, the environment and the addresses of the original, whose Odoo
    stands still meanwhile and is started again afterwards.
    """
    series = original.series
    name = template_database.scratch_name(series, purpose)
    original.stop_odoo()
    try:
        template_database.clone(original.database, name, series)
        with Stage(series, name, secrets=original.secrets) as stage:
            stage.start_odoo()
            yield stage
    finally:
        template_database.drop(name, series)
        original.start_odoo(append=True)


def _answers(url: str) -> bool:
    """Whether JSON comes back, whatever its status."""
    try:
        return json_http.get(url).json is not None
    except OSError:
        return False

"""A PostgreSQL of one run's own, which the run may crash.

The devkit's server is shared by everything that runs on the machine. Here a second
one is made in a temporary folder, with copies of a few databases in it.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from . import embedded_postgres, postgres
from .file_lock import exclusive
from .poll import until
from .process import environment

PREFIX = "mfg-own-postgres-"


@contextlib.contextmanager
def started(*databases: str) -> Iterator[None]:
    """Let ``devkit.postgres`` stand for a server of our own with copies of databases.

    :param databases: of the shared server; the copies have the same names
    """
    shared = postgres.ensure_running()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    # PostgreSQL may run as another user than we do.
    folder.chmod(0o755)
    with (
        mock.patch.object(embedded_postgres, "data_folder", lambda: folder / "data"),
        mock.patch.object(postgres, "named_endpoint", lambda: None),
    ):
        own = postgres.ensure_running()
        try:
            for database in databases:
                # Nobody else can make a copy while pg_dump is connected to it.
                with exclusive(f"database-{database}"):
                    _copy(database, shared, own)
            yield
        finally:
            postgres.stop()
            shutil.rmtree(folder, ignore_errors=True)


def crash() -> None:
    """``kill -9`` of our server with all its processes; it is started again.

    :raise RuntimeError: when the server is not ours alone
    """
    data = embedded_postgres.data_folder()
    if not data.parent.name.startswith(PREFIX):
        raise RuntimeError(f"{data} belongs to the shared server, which must not crash")
    postmaster = postgres.postmaster_pid()
    # From now on it has no more children, and one left over would keep the memory.
    os.kill(postmaster, signal.SIGSTOP)
    family = [postmaster, *_children(postmaster)]
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(_runs, family)), "PostgreSQL is dead")
    # Where nobody reaps it, its id in these files looks alive for ever.
    (data / "postmaster.pid").unlink(missing_ok=True)
    socket = embedded_postgres.socket_folder() / f".s.PGSQL.{embedded_postgres.PORT}"
    Path(f"{socket}.lock").unlink(missing_ok=True)
    postgres.ensure_running()


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if _stat(status)[1] == str(parent):
                found.append(int(status.parent.name))
    return found


def _runs(pid: int) -> bool:
    """Whether the process has not ended; one that nobody reaped has."""
    try:
        return _stat(Path(f"/proc/{pid}/stat"))[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stat(file: Path) -> list[str]:
    """State, parent and more of a process; see proc(5)."""
    return file.read_text("utf-8").rpartition(")")[2].split()


def _copy(database: str, source: postgres.Endpoint, target: postgres.Endpoint) -> None:
    postgres.create_database(database)
    programs = embedded_postgres.programs()
    dump = subprocess.Popen(
        [programs / "pg_dump", "--no-owner", "-d", database],
        stdout=subprocess.PIPE,
        env=environment(source.environment),
    )
    subprocess.run(
        [programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
        stdin=dump.stdout,
        stdout=subprocess.DEVNULL,
        env=environment(target.environment),
        check=True,
    )
    if dump.wait():
        raise RuntimeError(f"pg_dump of {database} ended with status {dump.returncode}")

"""A PostgreSQL of the tests' own, which they may crash.

The devkit's server is shared by everything that runs on the machine. Here a second
one is made in a temporary folder, with a copy of one database in it.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit import embedded_postgres, postgres
from devkit.process import environment


@contextlib.contextmanager
def started(database: str) -> Iterator[None]:
    """Let ``devkit.postgres`` stand for a server of our own with a copy of a database.

    :param database: a database of the shared server; its copy has the same name
    """
    shared = postgres.ensure_running()
    folder = Path(tempfile.mkdtemp(prefix="mfg-e2e-postgres-"))
    # PostgreSQL may run as another user than we do.
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_postgres, "data_folder", lambda: folder / "data")
        patch.setattr(postgres, "named_endpoint", lambda: None)
        own = postgres.ensure_running()
        try:
            _copy(database, shared, own)
            yield
        finally:
            postgres.stop()
            shutil.rmtree(folder, ignore_errors=True)


def crash() -> None:
    """End our server as a power cut would, and start it again: it has to recover."""
    postgres.stop("immediate")
    postgres.ensure_running()


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

"""A PostgreSQL to work with: the one the environment names, else one of our own."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import embedded_postgres
from .console import DevkitError
from .embedded_postgres import PORT, REMEDY, ROLE
from .embedded_postgres import postmaster_pid as postmaster_pid
from .embedded_postgres import stop as stop
from .process import environment, tail


@dataclass(frozen=True)
class Endpoint:
    """Where PostgreSQL listens, as libpq and Odoo understand it.

    :param host: name, address, or the folder of a Unix socket
    """

    host: str
    port: int
    user: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that libpq programs and psycopg2 read."""
        return {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}


def ensure_running() -> Endpoint:
    """Where PostgreSQL listens; the embedded one is made and started when needed.

    :raise DevkitError: when there is none
    """
    named = named_endpoint()
    if named:
        _check_answers(named)
        return named
    embedded_postgres.ensure_running()
    return embedded_endpoint()


def named_endpoint() -> Endpoint | None:
    """The server that ``PGHOST`` names, if it is set; port and user have defaults."""
    host = os.environ.get("PGHOST")
    if not host:
        return None
    user = os.environ.get("PGUSER") or ROLE
    if user == "postgres":
        raise DevkitError(
            "Odoo refuses to work as the database user postgres",
            "set PGUSER to another role that may create databases",
        )
    return Endpoint(host, int(os.environ.get("PGPORT") or PORT), user)


def embedded_endpoint() -> Endpoint:
    """Where the embedded server listens once it runs."""
    return Endpoint(str(embedded_postgres.socket_folder()), PORT, ROLE)


def sql(statement: str, database: str = "postgres") -> list[str]:
    """Run one statement and return its rows, columns separated by a tab.

    :raise DevkitError: when the server refuses
    """
    endpoint = ensure_running()
    argv = [_client("psql"), "-X", "-q", "-A", "-t", "-F", "\t"]
    answer = subprocess.run(
        [*argv, "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
        capture_output=True,
        text=True,
        env=environment(endpoint.environment),
        check=False,
    )
    if answer.returncode:
        raise DevkitError(f"PostgreSQL refused:\n{tail(answer.stderr)}", REMEDY)
    return answer.stdout.splitlines()


def create_database(name: str, template: str | None = None) -> None:
    """Make a database, empty or as a copy of one that nobody is connected to."""
    collation = "" if template else " LC_COLLATE 'C'"
    sql(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}{collation}")


def drop_database(name: str) -> None:
    """Remove a database, if there is one of that name; its connections are ended."""
    sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def rename_database(name: str, new_name: str) -> None:
    sql(f"ALTER DATABASE {name} RENAME TO {new_name}")


def databases() -> list[str]:
    """Names of all databases."""
    return sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")


def connect(dbname: str):
    """A psycopg2 connection; only inside an environment that has psycopg2."""
    import psycopg2

    endpoint = ensure_running()
    return psycopg2.connect(
        dbname=dbname, host=endpoint.host, port=endpoint.port, user=endpoint.user
    )


def psql_argv(database: str) -> list[str]:
    """Command line of an interactive client on that database."""
    endpoint = ensure_running()
    place = ["-h", endpoint.host, "-p", str(endpoint.port), "-U", endpoint.user]
    return [str(_client("psql")), *place, "-d", database]


def _client(program: str) -> Path | str:
    """A client program: the machine's for a server of the user's, else ours."""
    return (
        named_endpoint() and shutil.which(program)
    ) or embedded_postgres.programs() / program


def _check_answers(endpoint: Endpoint) -> None:
    """:raise DevkitError: when the server that the environment names does not answer"""
    answer = subprocess.run(
        [_client("psql"), "-X", "-q", "-d", "postgres", "-c", "SELECT 1"],
        capture_output=True,
        text=True,
        env=environment({**endpoint.environment, "PGCONNECT_TIMEOUT": "5"}),
        check=False,
    )
    if answer.returncode:
        raise DevkitError(
            f"the PostgreSQL named by PGHOST does not answer:\n{tail(answer.stderr)}",
            "start it, correct PGHOST/PGPORT/PGUSER, or unset PGHOST to use our own",
        )

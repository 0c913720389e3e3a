"""Where Odoo comes from. The first of these that has the series wins:

1. the tree named by ``ODOO_SRC_17_0`` or ``ODOO_SRC_19_0``;
2. the cache;
3. a shallow clone of the official repository;
4. for 19.0 only, Debian's package.
"""

import os
import shutil
from pathlib import Path

from . import debian_package, official_clone
from .console import DevkitError, say, warn
from .file_lock import exclusive
from .odoo_tree import OdooTree, TreeRecord
from .paths import CACHE

REMEDY = (
    "point {variable} at an Odoo {series} source tree, put one at {cache}, "
    "or run it once where the network is there"
)

NEEDED_SPACE = 3_000_000_000


def variable_for(series: str) -> str:
    """Name of the environment variable for a series: ``ODOO_SRC_17_0``."""
    return f"ODOO_SRC_{series.replace('.', '_')}"


def cache_for(series: str) -> Path:
    return CACHE / "odoo" / series


def find(series: str) -> OdooTree | None:
    """The tree of that series, fetched when it is not on the machine; None if it is
    not to be had.

    :raise DevkitError: when the tree named by the environment is not one
    """
    return named_tree(series) or cached_tree(series) or fetched_tree(series)


def get(series: str) -> OdooTree:
    """The tree of that series, fetched when it is not on the machine.

    :raise DevkitError: when it is not to be had
    """
    tree = find(series)
    if tree is None:
        raise none_to_be_had(series)
    return tree


def none_to_be_had(series: str) -> DevkitError:
    """The error for a series that is not to be had, with what to do about it."""
    places = {"variable": variable_for(series), "cache": cache_for(series)}
    return DevkitError(
        f"no Odoo {series} on this machine, and none could be fetched",
        REMEDY.format(series=series, **places),
    )


def named_tree(series: str) -> OdooTree | None:
    """The tree the environment names, if it names one."""
    variable = variable_for(series)
    configured = os.environ.get(variable)
    if not configured:
        return None
    tree = OdooTree(Path(configured).expanduser().resolve(), "source")
    fault = tree.fault(series)
    if fault:
        raise DevkitError(
            f"{variable} names {tree.path}, which is no Odoo {series}: {fault}",
            f"correct {variable} or unset it",
        )
    return tree


def cached_tree(series: str) -> OdooTree | None:
    """The tree in the cache if it is whole; a damaged one is put aside.

    A tree that somebody put there by hand is adopted: noted as it is found. When such
    a tree was changed later and still is an Odoo, it is used with a warning, because
    it may not be possible to fetch another.
    """
    folder = cache_for(series)
    if not folder.is_dir():
        return None
    record = TreeRecord.read(folder)
    tree = _packaged(folder, record.origin if record else "source")
    fault, fingerprint = tree.fault(series), tree.fingerprint
    if not fault and record and record.fingerprint != fingerprint:
        if record.origin == "source":
            warn(f"the Odoo {series} tree in {folder} was changed since its last use")
        else:
            fault = "its files are not those that were fetched"
    if fault:
        warn(
            f"the Odoo {series} tree in {folder} is damaged: {fault}; fetching it anew"
        )
        _put_aside(folder)
        return None
    if not record or record.fingerprint != fingerprint:
        TreeRecord(tree.origin, fingerprint).write(folder)
    return tree


def fetched_tree(series: str) -> OdooTree | None:
    """The tree, fetched into the cache: under another name until it is whole."""
    folder = cache_for(series)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _require_space(folder.parent)
    with exclusive(f"odoo-{series}"):
        if folder.is_dir():
            return cached_tree(series)
        for fetcher in (official_clone, debian_package):
            partial = folder.with_name(f"{series}.part")
            shutil.rmtree(partial, ignore_errors=True)
            if not fetcher.fetch(series, partial):
                continue
            tree = _packaged(partial, fetcher.ORIGIN)
            fault = tree.fault(series)
            if fault:
                warn(f"what was fetched ({fetcher.ORIGIN}) is of no use: {fault}")
                continue
            TreeRecord(fetcher.ORIGIN, tree.fingerprint).write(folder)
            partial.rename(folder)
            return cached_tree(series)
    return None


def _require_space(folder: Path) -> None:
    """:raise DevkitError: when an Odoo tree would not fit"""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_SPACE:
        raise DevkitError(
            f"{folder} has {free / 1e9:.1f} GB free; an Odoo tree and its packages "
            f"need {NEEDED_SPACE / 1e9:.0f} GB",
            "free some disk space, or set XDG_CACHE_HOME to a place that has it",
        )


def _packaged(folder: Path, origin: str) -> OdooTree:
    """The tree in a cache folder; a Debian package has it some levels down."""
    inside = folder / debian_package.INSIDE
    return OdooTree(inside if inside.is_dir() else folder, origin)


def _put_aside(folder: Path) -> None:
    """Move a damaged tree out of the way; the one put aside before is removed."""
    aside = folder.with_name(f"{folder.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    TreeRecord.file_for(folder).unlink(missing_ok=True)
    say(f"   the damaged tree was moved to {aside}")

"""``make clean`` and ``make distclean``: take away what the other commands made."""

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import embedded_postgres
from .console import say
from .odoo_tree import TreeRecord
from .paths import BUILD, CACHE, ROOT

LEFT_BY_TOOLS = (".pytest_cache", ".ruff_cache", ".hypothesis")


def main_clean(argv: Sequence[str]) -> int:
    """Remove what was made inside the repository."""
    argparse.ArgumentParser(prog="devkit clean").parse_args(argv)
    _remove(BUILD)
    for name in LEFT_BY_TOOLS:
        _remove(ROOT / name)
    for folder in (ROOT / "addons", ROOT / "devkit", ROOT / "tests"):
        for compiled in folder.rglob("__pycache__"):
            shutil.rmtree(compiled)
    return 0


def main_distclean(argv: Sequence[str]) -> int:
    """Also stop the embedded PostgreSQL and remove the cache.

    An Odoo tree that somebody put into the cache by hand stays, since it may not be
    possible to fetch it again; ``DISTCLEAN_ODOO=1`` removes it too.
    """
    main_clean(argv)
    embedded_postgres.stop()
    _remove(embedded_postgres.home())
    for entry in sorted(CACHE.glob("*")):
        if entry.name != "odoo":
            _remove(entry)
    for entry in sorted(CACHE.glob("odoo/*")):
        if _is_by_hand(entry) and not os.environ.get("DISTCLEAN_ODOO"):
            say(f"kept {entry}: it was put there by hand (DISTCLEAN_ODOO=1 removes it)")
        else:
            _remove(entry)
    return 0


def _is_by_hand(entry: Path) -> bool:
    """True for a tree that the devkit did not fetch."""
    if not (entry / "odoo").is_dir():
        return False
    record = TreeRecord.read(entry)
    return record is None or record.origin == "source"


def _remove(path: Path) -> None:
    """Remove a file or folder, if it is there, and say so."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        return
    say(f"removed {path}")

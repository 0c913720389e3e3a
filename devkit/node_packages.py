"""Programs of Node.js, installed into the cache."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from .console import step
from .file_lock import exclusive
from .paths import CACHE
from .process import run_logged


def are_possible() -> bool:
    """Whether there is a Node.js to run them."""
    return all(map(shutil.which, ("node", "npm")))


def installed(name: str, packages: Sequence[str]) -> Path:
    """The ``node_modules`` with the packages.

    Installed under another folder's name until they are whole.

    :param name: what people call them
    :param packages: with their versions: ``prettier@3.10.1``
    """
    digest = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = CACHE / "node" / digest
    with exclusive(name):
        if folder.is_dir():
            return folder / "node_modules"
        partial = folder.with_name(f"{digest}.part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with step(f"installing {name}", download=True):
            run_logged(
                ["npm", "install", "--no-audit", "--no-fund", "--prefix", partial]
                + [*packages],
                f"npm-{name}",
                what=f"installing {name}",
                cwd=partial,
            )
        partial.rename(folder)
    return folder / "node_modules"

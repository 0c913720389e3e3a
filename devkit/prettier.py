"""prettier with its XML plugin: a Node.js program, installed into the cache."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .console import DevkitError, step, warn
from .file_lock import exclusive
from .paths import CACHE, ROOT
from .process import run_logged

PACKAGES = ("prettier@3.10.1", "@prettier/plugin-xml@3.4.2")
SUFFIXES = {".xml", ".js", ".scss", ".css"}
PLACES = ("addons/", "tests/addons/")


def check(files: Sequence[PurePosixPath], *, fix: bool) -> int:
    """Check the layout of the addons' XML, scripts and style sheets, or correct it.

    :return: 0 when all is well, or when there is no Node.js here and CI is not set
    """
    wanted = [
        str(path)
        for path in files
        if path.suffix in SUFFIXES
        and str(path).startswith(PLACES)
        and "/static/lib/" not in str(path)
    ]
    if not wanted:
        return 0
    if not all(map(shutil.which, ("node", "npm"))):
        if os.environ.get("CI"):
            raise DevkitError(
                "prettier needs Node.js, which is not here", "install node and npm"
            )
        warn("prettier SKIPPED: it needs Node.js, which is not here")
        return 0
    modules = _installed() / "node_modules"
    mode = "--write" if fix else "--check"
    argv = [
        "node",
        str(modules / "prettier" / "bin" / "prettier.cjs"),
        f"--plugin={modules / '@prettier' / 'plugin-xml' / 'src' / 'plugin.js'}",
        "--log-level=warn",
        mode,
        *wanted,
    ]
    return subprocess.run(argv, cwd=ROOT, check=False).returncode


def _installed() -> Path:
    """Folder with the packages; installed under another name until it is whole."""
    digest = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:12]
    folder = CACHE / "node" / digest
    with exclusive("prettier"):
        if folder.is_dir():
            return folder
        partial = folder.with_name(f"{digest}.part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with step("installing prettier", download=True):
            run_logged(
                ["npm", "install", "--no-audit", "--no-fund", "--prefix", partial]
                + [*PACKAGES],
                "npm-prettier",
                what="installing prettier",
                cwd=partial,
            )
        partial.rename(folder)
    return folder

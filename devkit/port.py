"""``make port``: derives the 19.0 tree from the 17.0 source, into build/19.0.

A copy of the addons goes through the rules of ``port_rules`` and then through Odoo's
own ``upgrade_code``. Nothing is done when source and rules are those of the last time.
"""

import argparse
import collections
import functools
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import port_rules, suite
from .console import say, step
from .file_lock import exclusive
from .paths import ADDONS, BUILD, TEST_ADDONS
from .process import run_logged

if TYPE_CHECKING:
    from .series import Series

TARGET = "19.0"
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")
# ``upgrade_code`` as a command would also rewrite Odoo's own addons, and it ends with
# status 1 when it changed anything; its function does neither.
UPGRADE_CODE = """
import sys
from odoo.cli.upgrade_code import migrate
from odoo.tools import parse_version
migrate(
    addons_path=sys.argv[1:],
    glob="**/*",
    from_version=parse_version("17.0"),
    to_version=parse_version("19.0"),
)
"""


def main(argv: Sequence[str]) -> int:
    """Derive the tree and name it."""
    from .series import Series

    argparse.ArgumentParser(prog="devkit port", description=__doc__).parse_args(argv)
    series = Series.get(TARGET)
    series.environment.ensure()
    ensure(series)
    say(f"the {TARGET} tree is in {addons_folder(TARGET)}")
    return 0


def addons_folder(series: str) -> Path:
    """Where the suite's addons of that series are derived to."""
    return BUILD / series / "addons"


def test_addons_folder(series: str) -> Path:
    """Where the addons that only tests install are derived to."""
    return BUILD / series / "test_addons"


def digest_for(series: "Series") -> str:
    """What the tree of a series depends on besides the source."""
    return _rules_digest() if series.name == TARGET else ""


def ensure(series: "Series") -> None:
    """Derive the tree unless it is up to date."""
    folder = BUILD / series.name
    with exclusive(f"port-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"):
        noted = folder / "derived-from"
        digest = _source_digest(series)
        if noted.exists() and noted.read_text(encoding="utf-8") == digest:
            return
        partial = folder.with_name(f"{series.name}.part")
        shutil.rmtree(partial, ignore_errors=True)
        with step(f"deriving the {series.name} tree"):
            _derive(series, partial)
        (partial / "derived-from").write_text(digest, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)


def _derive(series: "Series", into: Path) -> None:
    """Copy the addons and turn the copies into addons of that series."""
    targets = []
    for source, name in ((ADDONS, "addons"), (TEST_ADDONS, "test_addons")):
        if source.is_dir():
            targets.append(into / name)
            shutil.copytree(source, into / name, ignore=IGNORED)
    into.mkdir(parents=True, exist_ok=True)
    _apply_rules(into)
    if _is_asset_stripped(series):
        _take_out_asset(into)
    run_logged(
        [series.python, "-c", UPGRADE_CODE, *targets],
        "upgrade-code",
        what="Odoo's upgrade_code",
        remedy="the last lines name the file it stumbled over",
    )


def _apply_rules(folder: Path) -> None:
    """Apply the rules to every file and say how often each one changed something."""
    counts = collections.Counter()
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".py", ".xml"} or not path.is_file():
            continue
        for name, text in port_rules.changed_by(path, path.read_text("utf-8")):
            counts[name] += 1
            path.write_text(text, encoding="utf-8")
    for name, count in sorted(counts.items()):
        say(f"   {name}: {count} file(s)")


def _is_asset_stripped(series: "Series") -> bool:
    """True when this Odoo comes without the asset that its manifest lists."""
    folders = series.tree.addons_folders()
    return not any((folder / port_rules.STRIPPED_ASSET).exists() for folder in folders)


def _take_out_asset(folder: Path) -> None:
    manifest = folder / "addons" / suite.CORE / "__manifest__.py"
    if manifest.exists():
        text = port_rules.without_stripped_asset(manifest.read_text("utf-8"))
        manifest.write_text(text, encoding="utf-8")


def _source_digest(series: "Series") -> str:
    """Hash over all files of the source, the rules, and the Odoo they are for."""
    digest = hashlib.sha256(_rules_digest().encode())
    digest.update(str(series.odoo_path).encode())
    for folder in (ADDONS, TEST_ADDONS):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _rules_digest() -> str:
    """Hash over the code that derives."""
    digest = hashlib.sha256()
    for file in (Path(__file__), Path(port_rules.__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()

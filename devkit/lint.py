"""``make lint``: ruff, pylint-odoo, prettier, our own rules, the contracts.

``FIX=1`` lets ruff and prettier correct what they can. With names of checks, only
those run: ``python3 -m devkit lint ruff rules``.
"""

import argparse
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from . import prettier, translation_rule
from .console import say, step
from .house_rules import HOUSE_RULES
from .neutrality_rules import NEUTRALITY_RULES
from .paths import PINS, ROOT
from .process import environment
from .source_rule import check
from .virtual_environment import VirtualEnvironment


def main(argv: Sequence[str]) -> int:
    """Run the checks; 0 when none of them found anything."""
    parser = argparse.ArgumentParser(prog="devkit lint", description=__doc__)
    parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK")
    parser.add_argument(
        "--fix", action="store_true", default=bool(os.environ.get("FIX"))
    )
    options = parser.parse_args(argv)
    failed = []
    for name in options.checks or CHECKS:
        with step(f"lint: {name}"):
            if CHECKS[name](options.fix):
                failed.append(name)
    say(f"lint: {', '.join(failed)} found something" if failed else "lint: clean")
    return 1 if failed else 0


def files() -> list[PurePosixPath]:
    """Files of the repository, those not yet added included, ignored ones not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = sorted(set(filter(None, listed.split("\0"))))
    return [PurePosixPath(name) for name in names if (ROOT / name).is_file()]


def _ruff(fix: bool) -> int:
    """Style, imports, likely bugs, complexity, layout."""
    ruff = _tool("ruff")
    fixing = ["--fix"] if fix else []
    layout = [] if fix else ["--check"]
    concise = ["--quiet", "--output-format=concise"]
    return max(
        _run([ruff, "check", *concise, *fixing, "."]),
        _run([ruff, "format", *concise, *layout, "."]),
    )


def _pylint(fix: bool) -> int:
    """What Odoo's community knows to go wrong in addons."""
    addons = sorted(
        manifest.parent
        for folder in ("addons", "tests/addons")
        for manifest in (ROOT / folder).glob("*/__manifest__.py")
    )
    if not addons:
        return 0
    return _run([_tool("pylint"), "--rcfile=.pylintrc", "--jobs=2", *addons])


def _prettier(fix: bool) -> int:
    """Layout of XML, JavaScript and style sheets."""
    return prettier.check(files(), fix=fix)


def _rules(fix: bool) -> int:
    """Our own rules: both series understand the source; the habits of this house."""
    count = 0
    for path in files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            # A picture or another binary file: there is nothing to read in it.
            continue
        for finding in (
            *check((*HOUSE_RULES, *NEUTRALITY_RULES), path, text),
            *translation_rule.check(path, text),
        ):
            say(f"   {finding}")
            count += 1
    return 1 if count else 0


def _contracts(fix: bool) -> int:
    """Every schema is one, and its example keeps to it."""
    folders = sorted((ROOT / "addons").glob("*/contract"))
    python = environment_of_checks().ensure()
    return _run([python, "-m", "devkit.lint_contracts", *folders])


CHECKS: dict[str, Callable[[bool], int]] = {
    "ruff": _ruff,
    "rules": _rules,
    "contracts": _contracts,
    "prettier": _prettier,
    "pylint": _pylint,
}


def environment_of_checks() -> VirtualEnvironment:
    return VirtualEnvironment("lint", pins=[PINS / "lint.txt"])


def _tool(name: str) -> Path:
    return environment_of_checks().ensure().with_name(name)


def _run(argv: Sequence[str | Path]) -> int:
    words = [str(part) for part in argv]
    isolated = environment({"PYTHONPATH": None, "PYTHONDONTWRITEBYTECODE": "1"})
    return subprocess.run(words, cwd=ROOT, env=isolated, check=False).returncode

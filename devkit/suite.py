"""The suite's addons: which there are, what they need, what they look like on disk."""

import ast
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from .console import DevkitError
from .paths import ADDONS, TEST_ADDONS

CORE = "mfg_integration_core"
# What does not change what an installation does.
NOT_INSTALLED = {"tests", "readme", "doc", "docs", "description", "__pycache__"}
NOT_INSTALLED_SUFFIXES = {".md", ".rst", ".pyc"}


@functools.cache
def manifest(folder: Path) -> dict:
    """The manifest of the addon in that folder."""
    source = (folder / "__manifest__.py").read_text(encoding="utf-8")
    try:
        return ast.literal_eval(source)
    except (SyntaxError, ValueError) as error:
        raise DevkitError(
            f"{folder.name}: its manifest cannot be read: {error}", "correct it"
        ) from error


def _in(folder: Path) -> dict[str, Path]:
    return {
        file.parent.name: file.parent
        for file in sorted(folder.glob("*/__manifest__.py"))
    }


def addons() -> dict[str, Path]:
    """The addons of the suite: name and folder."""
    return _in(ADDONS)


def test_addons() -> dict[str, Path]:
    """The addons that only tests install: name and folder."""
    return _in(TEST_ADDONS)


def with_dependencies(names: Iterable[str]) -> tuple[str, ...]:
    """Those addons and what they need of the suite, each after what it needs."""
    known, ordered = {**addons(), **test_addons()}, []

    def visit(name: str) -> None:
        for needed in manifest(known[name]).get("depends", ()):
            if needed in known and needed not in ordered:
                visit(needed)
        if name not in ordered:
            ordered.append(name)

    for name in names:
        if name not in known:
            raise DevkitError(
                f"there is no addon {name}", f"use one of {', '.join(known)}"
            )
        visit(name)
    return tuple(ordered)


def serving(names: Iterable[str]) -> tuple[str, ...]:
    """The addons that only tests install and that need no other addons than those."""
    present, serving_ = set(names), []
    for name, folder in test_addons().items():
        needed = set(manifest(folder).get("depends", ())) & set(addons())
        if needed <= present:
            serving_.append(name)
    return tuple(serving_)


def install_digest(names: Iterable[str]) -> str:
    """Hash over the files that an installation of those addons depends on."""
    digest, known = hashlib.sha256(), {**addons(), **test_addons()}
    for name in sorted(names):
        for file in sorted(_install_relevant(known[name])):
            digest.update(f"{name}/{file.relative_to(known[name])}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _install_relevant(folder: Path) -> Iterable[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_INSTALLED or entry.suffix in NOT_INSTALLED_SUFFIXES:
            continue
        if entry.is_dir():
            yield from _install_relevant(entry)
        else:
            yield entry

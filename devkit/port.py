"""Derives the 19.0 tree from the 17.0 source."""

from pathlib import Path

from .paths import BUILD


def addons_folder(series: str) -> Path:
    return BUILD / series / "addons"


def test_addons_folder(series: str) -> Path:
    return BUILD / series / "test_addons"


def ensure(series) -> None:
    """Derive the tree of that series unless it is up to date."""


def digest_for(series) -> str:
    """What the derived tree depends on besides the source: the rules."""
    return series.name

"""Makes an addon's pure modules importable without Odoo, under their real names."""

import sys
import types
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ADDONS = REPOSITORY / "addons"


def register(addon: str) -> None:
    """Register an empty package with the addon's folder as its path.

    The addon's own ``__init__`` imports models and would need Odoo. Also under the name
    by which other addons import it.
    """
    for name in ("odoo", "odoo.addons"):
        _package(name, None)
    for name in (addon, f"odoo.addons.{addon}"):
        _package(name, ADDONS / addon)


def _package(name: str, folder: Path | None) -> None:
    package = types.ModuleType(name)
    package.__path__ = [str(folder)] if folder else []
    sys.modules.setdefault(name, package)

"""Makes an addon's pure modules importable without Odoo, under their real names."""

import sys
import types
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ADDONS = REPOSITORY / "addons"


def register(addon: str) -> None:
    """Register an empty package with the addon's folder as its path.

    The addon's own ``__init__`` imports models and would need Odoo.
    """
    package = types.ModuleType(addon)
    package.__path__ = [str(ADDONS / addon)]
    sys.modules.setdefault(addon, package)

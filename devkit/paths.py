"""Where things are: the checkout, what is made inside it, and the shared cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
ADDONS = ROOT / "addons"
TEST_ADDONS = ROOT / "tests" / "addons"
PINS = ROOT / "devkit" / "pins"
PARTNER_KIT = ROOT / "tools" / "mfg_partner_kit" / "src"


def cache_home() -> Path:
    """The cache shared by every checkout of the project on this machine.

    Source: XDG Base Directory Specification (a relative value is to be ignored).
    """
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".cache"
    return base / "mfg-integration"


CACHE = cache_home()

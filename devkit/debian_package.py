"""Odoo 19.0 from Debian's package, fetched through apt and unpacked, not installed."""

from pathlib import Path

ORIGIN = "Debian package"
INSIDE = Path("usr/lib/python3/dist-packages")


def fetch(series: str, into: Path) -> bool:
    """Unpack the package into a folder; False when it cannot be had."""
    return False

"""Is this folder an Odoo of the right series, and is it whole?"""

import functools
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSION_INFO = re.compile(r"^version_info = \((?:'saas~)?(\d+)'?, *(\d+)", re.MULTILINE)
SKIPPED_FOLDERS = {".git", "__pycache__"}
NEEDED = (
    "odoo/release.py",
    "odoo/http.py",
    "odoo/addons/base/__manifest__.py",
)


def _files(folder: str) -> Iterator[tuple[str, int]]:
    """Path and size of every file under a folder, compiled Python apart, in order."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED_FOLDERS:
                yield from _files(entry.path)
        elif entry.is_file():
            yield entry.path, entry.stat().st_size


@dataclass(frozen=True)
class OdooTree:
    """The folder that holds the ``odoo`` package of one series.

    :param path: that folder
    :param origin: how it got here: "source", "git" or "Debian package"
    """

    path: Path
    origin: str

    def series(self) -> str | None:
        """Series that the tree says it is, or None when it is no Odoo."""
        release = self.path / "odoo" / "release.py"
        if not release.is_file():
            return None
        found = VERSION_INFO.search(release.read_text(encoding="utf-8"))
        return f"{found[1]}.{found[2]}" if found else None

    def fault(self, series: str) -> str | None:
        """What is wrong with the tree for that series, or None when it will do."""
        missing = [name for name in NEEDED if not (self.path / name).is_file()]
        if missing:
            return f"{missing[0]} is missing"
        if not any((folder / "mrp").is_dir() for folder in self.addons_folders()):
            return "the addon mrp is missing"
        found = self.series()
        return None if found == series else f"it is Odoo {found}, not {series}"

    def addons_folders(self) -> list[Path]:
        """Odoo's addons folders: one in a package, two in a clone."""
        inside, beside = self.path / "odoo" / "addons", self.path / "addons"
        return [inside] if (inside / "web").is_dir() else [inside, beside]

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash over the names and sizes of all files (reading 1 GB would take long)."""
        digest = hashlib.sha256()
        start = len(str(self.path))
        for name, size in _files(str(self.path)):
            digest.update(f"{name[start:]}\0{size}\n".encode())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class TreeRecord:
    """The note beside a cached tree: where it came from and what it looked like."""

    origin: str
    fingerprint: str

    @staticmethod
    def file_for(folder: Path) -> Path:
        return folder.with_name(f"{folder.name}.json")

    @classmethod
    def read(cls, folder: Path) -> "TreeRecord | None":
        """The note of that folder; None when there is none that can be read."""
        try:
            noted = json.loads(cls.file_for(folder).read_text(encoding="utf-8"))
            return cls(noted["origin"], noted["fingerprint"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def write(self, folder: Path) -> None:
        note = {"origin": self.origin, "fingerprint": self.fingerprint}
        partial = self.file_for(folder).with_suffix(".json.part")
        partial.write_text(json.dumps(note), encoding="utf-8")
        partial.replace(self.file_for(folder))

"""Python environments in the cache, one per set of pins, complete or rebuilt."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .console import DevkitError, step
from .file_lock import exclusive
from .paths import CACHE
from .process import run_logged

COMPLETE = ".complete"
# An interpreter without these two cannot make environments; Debian ships them apart.
VERSION_PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:2])"


def python_version(executable: str) -> tuple[int, int] | None:
    """Version of an interpreter that can make environments, or None."""
    try:
        probe = subprocess.run(
            [executable, "-c", VERSION_PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except OSError:
        return None
    if probe.returncode:
        return None
    major, minor = probe.stdout.split()
    return int(major), int(minor)


def dotted(version: tuple[int, int]) -> str:
    """A version as people write it: "3.11"."""
    return f"{version[0]}.{version[1]}"


def suitable_python(oldest: tuple[int, int], newest: tuple[int, int]) -> str:
    """An interpreter of this machine within the bounds, this one preferred.

    :raise DevkitError: when there is none
    """
    names = [f"python{oldest[0]}.{minor}" for minor in range(newest[1], oldest[1], -1)]
    names.append(f"python{dotted(oldest)}")
    for candidate in [sys.executable, *filter(None, map(shutil.which, names))]:
        version = python_version(candidate)
        if version and oldest <= version <= newest:
            return candidate
    bounds = f"Python {dotted(oldest)} to {dotted(newest)}"
    raise DevkitError(
        f"no {bounds} that can make environments on this machine",
        f"put {bounds} with its venv module (Debian: python3-venv) on PATH",
    )


@dataclass(frozen=True)
class VirtualEnvironment:
    """One environment: what is in it, and where it is.

    :param name: first part of its folder's name
    :param pins: requirement files, installed with what they depend on
    :param pins_alone: requirement files, installed without what they depend on
    :param import_paths: folders made importable by a ``.pth`` file
    """

    name: str
    pins: Sequence[Path]
    pins_alone: Sequence[Path] = ()
    import_paths: Sequence[Path] = ()
    oldest: tuple[int, int] = (3, 10)
    newest: tuple[int, int] = (3, 13)

    @property
    def digest(self) -> str:
        """What the contents depend on: pins and import paths, not the interpreter."""
        parts = hashlib.sha256()
        for pins in (*self.pins, *self.pins_alone):
            parts.update(pins.read_bytes())
        for path in self.import_paths:
            parts.update(f"{path}\n".encode())
        return parts.hexdigest()[:12]

    @property
    def path(self) -> Path:
        return CACHE / "venv" / f"{self.name}-{self.digest}"

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def is_complete(self) -> bool:
        """True when it was built to the end and its interpreter is still there."""
        return (self.path / COMPLETE).exists() and self.python.exists()

    def ensure(self) -> Path:
        """Its interpreter; the environment is built first when it has to be.

        It is built in place, since an environment does not survive being moved; the
        marker is written last, so one that was interrupted is built anew.
        """
        if self.is_complete():
            return self.python
        with exclusive(f"venv-{self.path.name}"):
            if not self.is_complete():
                self._build()
        return self.python

    def _build(self) -> None:
        base = suitable_python(self.oldest, self.newest)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        log = f"venv-{self.name}"
        with step(f"Python environment {self.name}", download=True):
            run_logged(
                [base, "-m", "venv", self.path],
                log,
                what="making a Python environment",
                remedy="install Python's venv module (Debian: python3-venv)",
            )
            self._pip(log, self.pins)
            self._pip(log, self.pins_alone, "--no-deps")
            site = next((self.path / "lib").glob("python*/site-packages"))
            lines = "".join(f"{path}\n" for path in self.import_paths)
            (site / "mfg_integration.pth").write_text(lines, encoding="utf-8")
            (self.path / COMPLETE).write_text(f"{base}\n", encoding="utf-8")

    def _pip(self, log: str, files: Iterable[Path], *options: str) -> None:
        requirements = [word for file in files for word in ("-r", str(file))]
        if not requirements:
            return
        run_logged(
            [self.python, "-m", "pip", "install", "--quiet", "--prefer-binary"]
            + ["--disable-pip-version-check", *options, *requirements],
            f"{log}-pip{''.join(options)}",
            what=f"installing the Python packages of {self.name}",
            remedy="see the last lines above; pins are in devkit/pins",
        )

"""Odoo 19.0 from Debian's package, fetched through apt and unpacked, not installed.

apt works on a folder of its own, so neither root nor a change to the machine's package
lists is needed; it checks the archive's signature as it always does.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .console import DevkitError, say, step, warn
from .failure_memory import FailureMemory
from .paths import CACHE
from .process import run_logged

ORIGIN = "Debian package"
SERIES = "19.0"
PACKAGE = "odoo-19"
INSIDE = Path("usr/lib/python3/dist-packages")
# The package is in unstable today and moves on to the others.
SUITES = ("sid", "forky", "testing")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The package links to files of these; unpacked beside it, its links resolve.
LINKED = (
    "fonts-dejavu-core",
    "fonts-glyphicons-halflings",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Unstable's versions of these no longer have the files that the package links to.
LINKED_STABLE = ("fonts-font-awesome", "fonts-inconsolata")
ARCHIVES = ("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)")


def fetch(series: str, into: Path) -> bool:
    """Unpack the package into a folder; False when it cannot be had."""
    if series != SERIES or not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        return False
    archive = debian_archive()
    if archive is None:
        return False
    memory = FailureMemory(CACHE / "odoo" / f"{series}.no-package", archive)
    if memory.is_fresh():
        return False
    problem = "no suite has it"
    for suite in SUITES:
        apt = _Apt(CACHE / "apt", archive, suite)
        try:
            with step(f"reading Debian's list of packages ({suite})", download=True):
                apt.update()
            if not apt.knows(PACKAGE):
                continue
            with step(f"fetching {PACKAGE} from Debian {suite}", download=True):
                packages = apt.download([PACKAGE, *LINKED, *_from_stable()])
        except DevkitError as error:
            problem = error.message.splitlines()[0]
            continue
        with step(f"unpacking {PACKAGE}"):
            _unpack(packages, into)
        return True
    memory.note()
    say(f"   {PACKAGE} cannot be had from Debian here: {problem}")
    return False


def debian_archive() -> str | None:
    """Address of the Debian archive that this machine uses; None on other systems."""
    answer = subprocess.run(ARCHIVES, capture_output=True, text=True, check=False)
    for line in answer.stdout.splitlines():
        origin, label, address = line.split("|", 2)
        if (origin, label) == ("Debian", "Debian"):
            return address
    return None


class _Apt:
    """apt with a private state: one folder for its lists, its sources, its packages."""

    def __init__(self, folder: Path, archive: str, suite: str):
        self.folder = folder
        self.packages = folder / "packages"
        signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
        for part in ("lists/partial", "cache/archives/partial", "packages"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        lines = (f"deb {signed}{archive} {name} main\n" for name in (suite, "stable"))
        (folder / "sources.list").write_text("".join(lines), encoding="utf-8")

    def _options(self) -> list[str]:
        settings = {
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            # As root, apt would fetch as a user who may not enter the cache.
            "APT::Sandbox::User": "root",
        }
        return [word for key in settings for word in ("-o", f"{key}={settings[key]}")]

    def update(self) -> None:
        run_logged(
            ["apt-get", *self._options(), "--error-on=any", "update"],
            "apt-update",
            what="reading Debian's list of packages",
        )

    def knows(self, package: str) -> bool:
        """True when the package is in the lists."""
        answer = subprocess.run(
            ["apt-cache", *self._options(), "show", package],
            capture_output=True,
            check=False,
        )
        return answer.returncode == 0

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch packages and return their files; apt checks size and hash of each."""
        shutil.rmtree(self.packages)
        self.packages.mkdir()
        run_logged(
            ["apt-get", *self._options(), "--quiet", "download", *packages],
            "apt-download",
            what="fetching Debian packages",
            cwd=self.packages,
        )
        return sorted(self.packages.glob("*.deb"))


def _from_stable() -> list[str]:
    return [f"{package}/stable" for package in LINKED_STABLE]


def _unpack(packages: Sequence[Path], into: Path) -> None:
    """Unpack packages over each other; names the links that lead nowhere."""
    into.mkdir(parents=True)
    for package in packages:
        run_logged(
            ["dpkg-deb", "--extract", package, into],
            "dpkg-deb",
            what=f"unpacking {package.name}",
        )
        package.unlink()
    dangling = [path for path in (into / INSIDE).rglob("*") if _leads_nowhere(path)]
    for path in dangling:
        warn(f"a link of {PACKAGE} leads nowhere: {path.relative_to(into)}")


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()

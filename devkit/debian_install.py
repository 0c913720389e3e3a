"""Debian packages installed into this machine, where its user may do that."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence

from .console import DevkitError, step
from .failure_memory import FailureMemory
from .file_lock import exclusive
from .paths import CACHE
from .process import run_logged

#: A mirror that trickles, or a package manager that somebody else holds, ends here.
WITHIN_S = 600
OPTIONS = (
    "-o",
    "Acquire::Retries=1",
    "-o",
    "Acquire::http::Timeout=20",
    "-o",
    "DPkg::Lock::Timeout=120",
)


def install(packages: Sequence[str], *, is_there: Callable[[], bool]) -> None:
    """Return once the packages are installed, without what they recommend.

    :param is_there: whether there is nothing to do
    :raise DevkitError: they cannot be installed here
    """
    names = " ".join(packages)
    with exclusive("apt"):
        if is_there():
            return
        prefix = _as_root(names)
        memory = FailureMemory(CACHE / f"{packages[0]}.no-package", names)
        if memory.is_fresh():
            raise DevkitError(
                f"Debian's {names} could not be installed a moment ago",
                f"remove {memory.file} to try again",
            )
        try:
            with step(f"installing Debian's {names}", download=True):
                _apt(prefix, "update")
                _apt(prefix, "install", "--yes", "--no-install-recommends", *packages)
        except DevkitError:
            memory.note()
            raise


def _as_root(names: str) -> list[str]:
    """What stands before a command to run it as root, within the time it has."""
    remedy = f"have an administrator install {names}"
    if not shutil.which("apt-get"):
        raise DevkitError(f"{names}: this is no Debian system", remedy)
    bounded = ["timeout", str(WITHIN_S), "env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return bounded
    sudo = ["sudo", "--non-interactive"]
    if (
        not shutil.which("sudo")
        or subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode
    ):
        raise DevkitError(f"{names}: this user may not install packages", remedy)
    return [*sudo, *bounded]


def _apt(prefix: Sequence[str], command: str, *words: str) -> None:
    argv = [*prefix, "apt-get", *OPTIONS, command, *words]
    run_logged(argv, f"apt-{command}", what=f"apt-get {command}")

"""Odoo from its official repository, as a shallow clone of one branch."""

import os
import subprocess
from pathlib import Path

from .console import DevkitError, say, step
from .failure_memory import FailureMemory
from .paths import CACHE
from .process import environment, run_logged

ORIGIN = "git"
REPOSITORY = "https://github.com/odoo/odoo.git"
ANSWER_WITHIN_S = 10
# A connection that carries less than 1 kB/s for half a minute is given up.
SLOW = ["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"]


def repository() -> str:
    """Address to clone from: ``ODOO_GIT_URL`` if set, else the official repository."""
    return os.environ.get("ODOO_GIT_URL") or REPOSITORY


def fetch(series: str, into: Path) -> bool:
    """Clone the branch of the series; False when it cannot be had at the moment."""
    memory = _memory(series)
    if memory.is_fresh():
        return False
    if not _answers(series):
        memory.note()
        say(f"   Odoo {series} cannot be cloned here (offline?)")
        return False
    try:
        with step(f"cloning Odoo {series}", download=True):
            run_logged(
                ["git", *SLOW, "clone", "--quiet", "--depth", "1", "--no-tags"]
                + ["--single-branch", "--branch", series, repository(), into],
                f"clone-{series}",
                what=f"cloning Odoo {series}",
                env={"GIT_TERMINAL_PROMPT": "0"},
            )
    except DevkitError as error:
        memory.note()
        say(f"   {error.message}")
        return False
    return True


def _answers(series: str) -> bool:
    """True when the repository answers in time and has the branch."""
    try:
        answer = subprocess.run(
            ["git", "ls-remote", "--exit-code", "--heads", repository(), series],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment({"GIT_TERMINAL_PROMPT": "0"}),
            timeout=ANSWER_WITHIN_S,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _memory(series: str) -> FailureMemory:
    return FailureMemory(CACHE / "odoo" / f"{series}.unreachable", repository())

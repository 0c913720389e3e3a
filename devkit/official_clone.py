"""Odoo from its official repository, as a shallow clone of one branch."""

import os
import subprocess
import time
from pathlib import Path

from .console import DevkitError, say, step
from .paths import CACHE
from .process import environment, run_logged

ORIGIN = "git"
REPOSITORY = "https://github.com/odoo/odoo.git"
ANSWER_WITHIN_S = 10
FORGET_FAILURE_AFTER_S = 600
# A connection that carries less than 1 kB/s for half a minute is given up.
SLOW = ["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"]


def repository() -> str:
    """Address to clone from: ``ODOO_GIT_URL`` if set, else the official repository."""
    return os.environ.get("ODOO_GIT_URL") or REPOSITORY


def fetch(series: str, into: Path) -> bool:
    """Clone the branch of the series; False when it cannot be had at the moment.

    A failure is remembered for ten minutes, so that the next command does not wait
    for the network again.
    """
    if _failed_lately(series):
        return False
    if not _answers(series):
        _remember_failure(series)
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
        _remember_failure(series)
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


def _memory(series: str) -> Path:
    return CACHE / "odoo" / f"{series}.unreachable"


def _failed_lately(series: str) -> bool:
    """True when cloning from the same address failed within the last ten minutes."""
    memory = _memory(series)
    if not memory.exists() or memory.read_text(encoding="utf-8") != repository():
        return False
    return time.time() - memory.stat().st_mtime < FORGET_FAILURE_AFTER_S


def _remember_failure(series: str) -> None:
    memory = _memory(series)
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(repository(), encoding="utf-8")

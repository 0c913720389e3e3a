"""Running other programs: output into a log file, failures as errors with a remedy."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import DevkitError
from .paths import BUILD

LOGS = BUILD / "logs"
TAIL_LINES = 15
TAIL_COLUMNS = 300
NO_SPACE = ("No space left on device", "Disk quota exceeded")
NO_COMPILER = (
    "command 'gcc' failed",
    "command 'cc' failed",
    "unable to execute",
    "Python.h: No such file",
)
OFFLINE = (
    "Could not resolve",
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Name or service not known",
    "Failed to establish a new connection",
    "Network is unreachable",
    "EAI_AGAIN",
    "ENOTFOUND",
)
REMEDIES = (
    (NO_SPACE, "free some disk space and run the same command again"),
    (OFFLINE, "connect to the network, or run it once where the network is there"),
    (NO_COMPILER, "install a C compiler and the Python headers, or use Python 3.11"),
)


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The process environment with changes; a value of None takes a variable away."""
    merged = {**os.environ, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """The last lines of a program's output, shortened and indented for a message."""
    last = text.strip().splitlines()[-lines:]
    return "\n".join(f"    {line[:TAIL_COLUMNS]}" for line in last)


def remedy_for(output: str, otherwise: str) -> str:
    """What to do about a failed program, read off what it printed."""
    for signs, remedy in REMEDIES:
        if any(sign in output for sign in signs):
            return remedy
    return otherwise


def run_logged(
    argv: Sequence[str | Path],
    log: str,
    *,
    what: str,
    remedy: str = "see the log",
    env: Mapping[str, str | None] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end and return what it printed, which is kept in a log.

    :param log: name of the file under build/logs, without suffix
    :param what: what is being done, for the message when it fails
    :raise DevkitError: when it cannot be started or ends with a status other than 0
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log_file = LOGS / f"{log}.log"
    with log_file.open("w", encoding="utf-8") as output:
        try:
            status = subprocess.run(
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(env),
                cwd=cwd,
                check=False,
            ).returncode
        except FileNotFoundError as error:
            message = f"{what}: {argv[0]} is not on this machine"
            raise DevkitError(message, remedy) from error
    printed = log_file.read_text(encoding="utf-8", errors="replace")
    if status:
        message = f"{what} failed (status {status}, {log_file}):\n{tail(printed)}"
        raise DevkitError(message, remedy_for(printed, remedy))
    return printed

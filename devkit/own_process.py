"""A program that we start, watch, stop and kill, its children included."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .paths import ROOT
from .process import LOGS, environment, tail

STOP_WITHIN_S = 15


class OwnProcess:
    """One program in a process group of its own; its output goes to a log.

    :param name: for the reader and for the log, ``build/logs/<name>.log``
    :param env: variables that are added to ours
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
    ):
        self.name = name
        self.argv = [str(part) for part in argv]
        self.log = LOGS / f"{name}.log"
        self._env = environment(env)
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the program started last."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, append: bool = False) -> None:
        """Start it; the log is begun anew unless it is a second start."""
        LOGS.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if append else "wb") as output:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=ROOT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when it has ended."""
        self._process.wait()

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting for it."""
        if self.is_running:
            self._process.terminate()

    def stop(self) -> None:
        """Ask it to end, and make sure that it has, its children included."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._signal_group(signal.SIGKILL)

    def kill(self) -> None:
        """End it and its children at once, as ``kill -9`` does."""
        if self._process is None:
            return
        self._signal_group(signal.SIGKILL)
        self._process.wait()

    def last_words(self) -> str:
        """The end of what it printed, for the message when it did not come up."""
        if not self.log.exists():
            return "it printed nothing"
        return f"{self.log}:\n{tail(self.log.read_text('utf-8', 'replace'))}"

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            # Nobody of the group is left, which is what was wanted.
            return

"""Runs a part of the devkit inside a series' Python, which can read the database.

``python -m devkit.inside 17.0 devkit.demo:play ARGUMENTS`` is what ``run`` starts.
"""

import importlib
import signal
import subprocess
import sys
from collections.abc import Sequence

from . import template_database
from .command_line import CLEAR_ERROR, INTERRUPTED
from .console import DevkitError
from .paths import ROOT
from .process import environment
from .series import Series, choose


def run(series: Series, target: str, argv: Sequence[str] = ()) -> int:
    """Exit status of ``target(series, argv)``, a ``module:function``.

    Ctrl-C and SIGTERM are passed on, so that the function ends what it started.
    """
    command = [series.python, "-B", "-u", "-m", "devkit.inside", series.name, target]
    process = subprocess.Popen([*command, *argv], cwd=ROOT, env=environment())
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                process.terminate()
    finally:
        signal.signal(signal.SIGTERM, previous)


def run_on_each(wanted: str | None, target: str, argv: Sequence[str]) -> int:
    """Exit status of ``target`` on each series asked for; of the first that failed.

    Each has its Odoo and a template database with the addons that only tests need.

    :param wanted: as ``SERIES`` says it
    """
    for series in choose(wanted):
        series.provision()
        template_database.drop_abandoned(series)
        template_database.ensure(series, with_test_addons=True)
        if status := run(series, target, argv):
            return status
    return 0


def _interrupt_once(_number, _frame) -> None:
    """Begin to stop; what comes later must not stop the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(argv: Sequence[str]) -> int:
    """Carry a target out; 2 after a clear error, 130 after Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt_once)
    name, target, *rest = argv
    module, _, function = target.partition(":")
    try:
        return getattr(importlib.import_module(module), function)(
            Series.get(name), rest
        )
    except DevkitError as error:
        sys.stdout.flush()
        print(f"error: {error.message}\nremedy: {error.remedy}", file=sys.stderr)
        return CLEAR_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

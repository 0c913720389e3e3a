"""The commands of the devkit, and how their failures reach the user."""

import argparse
import errno
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from .console import DevkitError, report_downloads

CLEAR_ERROR = 2
INTERRUPTED = 130
# Command: what it does, and the module whose main(argv) does it.
COMMANDS = {
    "demo": ("play the story of one machine fault with real processes", "demo"),
    "test": ("run the tests on every series at hand", "testing"),
    "serve": ("keep a server with demo data running", "serve"),
    "lint": ("check the source", "lint"),
    "simulate": ("play random schedules of the delivery rules", "simulate"),
    "chaos": ("kill and disturb everything, then count what was lost", "chaos"),
    "soak": ("let both sides write one field for an hour, and count", "soak"),
    "fuzz": ("call every door at random", "fuzz"),
    "bench": ("measure against the performance budget", "bench"),
    "port": ("derive the 19.0 tree from the 17.0 source", "port"),
    "template": ("check a vendor template, and try it out", "template"),
    "readme": ("write the addons' README.rst out of their fragments", "readme"),
    "provision": ("fetch and build what the other commands need", "provision"),
    "clean": ("remove what was made inside the repository", "clean"),
    "distclean": ("also stop PostgreSQL and remove the cache", "clean"),
    "odoo": ("run Odoo itself: odoo --db NAME -- ARGUMENTS", "odoo_shell"),
    "psql": ("open a client on a database: psql --db NAME -- ARGUMENTS", "odoo_shell"),
}


def run(argv: Sequence[str]) -> int:
    """Run the command named first; its exit status, or 2 after a clear error."""
    parser = argparse.ArgumentParser(
        prog="python3 -m devkit",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:10} {what}" for name, (what, _) in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS)
    options = parser.parse_args(argv[:1])
    try:
        return _main_of(options.command)(argv[1:])
    except DevkitError as error:
        return _complain(error.message, error.remedy)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return _complain(str(error), _remedy_for(error))
    except subprocess.CalledProcessError as error:
        return _complain(str(error), "see the lines above")
    finally:
        report_downloads()


def _main_of(command: str) -> Callable[[Sequence[str]], int]:
    """The function that carries the command out."""
    name = f"{__package__}.{COMMANDS[command][1]}"
    if importlib.util.find_spec(name) is None:
        raise DevkitError(f"{command} is not there yet", "use another command")
    module = importlib.import_module(name)
    return getattr(module, f"main_{command}", None) or module.main


def _remedy_for(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some disk space and run the same command again"
    if error.errno == errno.EADDRINUSE:
        return "stop the program that uses the port, or choose another: PORT=..."
    if error.errno in (errno.EACCES, errno.EROFS):
        return "make the place writable, or set XDG_CACHE_HOME to another one"
    return f"set DEVKIT_TRACE=1 for the whole story{os.linesep}"


def _complain(message: str, remedy: str) -> int:
    sys.stdout.flush()
    print(f"error: {message}\nremedy: {remedy}", file=sys.stderr)
    return CLEAR_ERROR

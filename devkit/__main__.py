"""The front door: ``python3 -m devkit <command>``, which the Makefile calls."""

import sys

OLDEST_PYTHON = (3, 10)
CLEAR_ERROR = 2


def main():
    """Run the command that the command line names and return its exit status."""
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write(
            "error: this Python is too old: " + sys.version.split()[0] + "\n"
            "remedy: use Python 3.10 or newer: make PYTHON=python3.11 ...\n"
        )
        return CLEAR_ERROR
    from .command_line import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

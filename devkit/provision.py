"""``devkit provision``: fetch and build what the other commands need."""

import argparse
import os
from collections.abc import Sequence

from .series import choose


def main(argv: Sequence[str]) -> int:
    """Make the chosen series ready, templates excepted."""
    parser = argparse.ArgumentParser(prog="devkit provision", description=__doc__)
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    for series in choose(parser.parse_args(argv).series):
        series.provision()
    return 0

"""``devkit odoo`` and ``devkit psql``: Odoo and PostgreSQL by hand."""

import argparse
import os
import subprocess
from collections.abc import Sequence

from . import postgres
from .paths import ROOT
from .series import choose


def main_odoo(argv: Sequence[str]) -> int:
    """Run Odoo with the right interpreter and configuration: its exit status."""
    parser = argparse.ArgumentParser(prog="devkit odoo")
    parser.add_argument("--series", default=os.environ.get("SERIES"))
    parser.add_argument("--db", help="database to work on")
    parser.add_argument("arguments", nargs="*", help="Odoo's own, after --")
    options = parser.parse_args(argv)
    series = choose(options.series)[0].provision()
    config = {"addons_path": series.addons_path_with_tests()}
    command = series.odoo_command(options.db, config=config, extra=options.arguments)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main_psql(argv: Sequence[str]) -> int:
    """Open a client on a database: its exit status."""
    parser = argparse.ArgumentParser(prog="devkit psql")
    parser.add_argument("--db", default="postgres", help="database to work on")
    parser.add_argument("arguments", nargs="*", help="psql's own, after --")
    options = parser.parse_args(argv)
    command = [*postgres.psql_argv(options.db), *options.arguments]
    return subprocess.run(command, check=False).returncode

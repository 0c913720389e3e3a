import argparse
import sys

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class VerifyAudit(Command):
    """Verify the audit trail of a manufacturing integration database."""

    name = "mfg_verify_audit"

    def run(self, args):
        """Print the first break, or that there is none; exit with 1 or 0.

        ``--head NUMBER:DIGEST`` is a link that was noted before, from the server's log:
        without one nobody can tell that the newest entries were cut off.
        """
        parser = argparse.ArgumentParser(prog=self.name, description=self.__doc__)
        parser.add_argument("--head", help="NUMBER:DIGEST that the chain had once")
        own, others = parser.parse_known_args(args)
        config.parse_config([*others, "--no-http"])
        names = config["db_name"]
        name = names if isinstance(names, str) else (names or [None])[0]
        if not name:
            sys.exit("Say which database: -d NAME.")
        with Registry(name).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            intact, told = env["mfg.audit.entry"]._verdict(own.head)
        sys.stdout.write(f"{told}\n")
        if not intact:
            sys.exit(1)

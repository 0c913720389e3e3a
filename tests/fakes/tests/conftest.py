"""The peers that the tests of the fakes speak to."""

from tests.fakes.fixtures import cmms, machine, odoo, qms

__all__ = ["cmms", "machine", "odoo", "qms"]

"""The peers that the tests of the fakes speak to."""

from tests.fakes.fixtures import cmms, gearhart, machine, odoo, qms

__all__ = ["cmms", "gearhart", "machine", "odoo", "qms"]

"""The peers that the tests of the fakes speak to."""

from tests.fakes.fixtures import cmms, gearhart, machine, mes, odoo, qms

__all__ = ["cmms", "gearhart", "machine", "mes", "odoo", "qms"]

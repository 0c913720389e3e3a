"""The addons' contracts and templates, and the peers of the plant."""

import sys
import types

import pytest

from devkit.paths import ADDONS
from tests.fakes.fixtures import cmms, machine, odoo, qms
from tests.redmine_server import redmine

__all__ = ["cmms", "machine", "odoo", "qms", "redmine"]

CORE = "mfg_integration_core"


def _register_core_without_init() -> None:
    """Make core's pure modules importable without Odoo, as ``tests/unit`` does."""
    package = types.ModuleType(CORE)
    package.__path__ = [str(ADDONS / CORE)]
    sys.modules.setdefault(CORE, package)


_register_core_without_init()


@pytest.fixture(scope="session")
def contracts():
    """The contracts of all addons."""
    from mfg_integration_core.protocols.contract import ContractBook

    return ContractBook(sorted(ADDONS.glob("*/contract")))


@pytest.fixture(scope="session")
def load_template():
    """``load_template("demo_cmms")`` is the template that an addon ships."""
    from mfg_integration_core.protocols.template import Template

    def load(name):
        (file,) = ADDONS.glob(f"*/templates/{name}.yaml")
        return Template.load(file.read_text(encoding="utf-8"), file.name)

    return load

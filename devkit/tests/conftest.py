"""A cache and a build folder of the test's own, and pretend Odoo trees to put there."""

import pytest

from devkit import odoo_source, official_clone, process
from devkit.tests import odoo_trees


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, used by everything that looks for Odoo; nothing is fetched."""
    folder = tmp_path / "cache"
    for module in (odoo_source, official_clone):
        monkeypatch.setattr(module, "CACHE", folder)
    monkeypatch.setattr("devkit.file_lock.CACHE", folder)
    monkeypatch.setattr("devkit.debian_package.CACHE", folder)
    monkeypatch.setattr(process, "LOGS", tmp_path / "logs")
    monkeypatch.setattr("devkit.debian_package.SUITES", ())
    monkeypatch.delenv("ODOO_SRC_17_0", raising=False)
    monkeypatch.delenv("ODOO_SRC_19_0", raising=False)
    monkeypatch.setenv("ODOO_GIT_URL", str(tmp_path / "no-such-repository"))
    return folder


@pytest.fixture
def make_tree(tmp_path):
    """Function that writes the least that passes for an Odoo of a series."""

    def make(series="17.0", folder=None):
        return odoo_trees.write(folder or tmp_path / f"odoo-{series}", series)

    return make

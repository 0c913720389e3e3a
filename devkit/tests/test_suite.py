"""What is installed together, and what makes a template database stale."""

import pytest

from devkit import suite
from devkit.console import DevkitError


@pytest.fixture
def addons(tmp_path, monkeypatch):
    """Core, two domains, glue between them, and an addon that only tests need."""
    monkeypatch.setattr(suite, "ADDONS", tmp_path / "addons")
    monkeypatch.setattr(suite, "TEST_ADDONS", tmp_path / "tests")
    write_addon(tmp_path / "addons", "mfg_core", "mrp")
    write_addon(tmp_path / "addons", "mfg_edge", "mfg_core")
    write_addon(tmp_path / "addons", "mfg_cmms", "mfg_core", "maintenance")
    write_addon(tmp_path / "addons", "mfg_edge_cmms", "mfg_edge", "mfg_cmms")
    write_addon(tmp_path / "tests", "mfg_test", "mfg_core")
    write_addon(tmp_path / "tests", "mfg_test_edge", "mfg_edge")
    return tmp_path / "addons"


def write_addon(folder, name, *depends):
    (folder / name / "models").mkdir(parents=True)
    (folder / name / "__manifest__.py").write_text(repr({"depends": depends}))
    (folder / name / "models" / "model.py").write_text("")


def test_an_addon_comes_after_what_it_needs(addons):
    assert suite.with_dependencies(["mfg_edge_cmms"]) == (
        "mfg_core",
        "mfg_edge",
        "mfg_cmms",
        "mfg_edge_cmms",
    )


def test_an_unknown_addon_is_an_error_that_names_the_known(addons):
    with pytest.raises(DevkitError) as raised:
        suite.with_dependencies(["mfg_supply"])

    assert "mfg_cmms" in raised.value.remedy


def test_addons_for_tests_come_where_all_they_need_is_there(addons):
    assert suite.serving(["mfg_core"]) == ("mfg_test",)
    assert suite.serving(["mfg_core", "mfg_edge"]) == ("mfg_test", "mfg_test_edge")


def test_changed_model_is_another_digest(addons):
    before = suite.install_digest(["mfg_core"])

    (addons / "mfg_core" / "models" / "model.py").write_text("changed")

    assert suite.install_digest(["mfg_core"]) != before


def test_changed_tests_and_documents_are_the_same_digest(addons):
    before = suite.install_digest(["mfg_core"])

    for name in ("tests/test_x.py", "readme/USAGE.md", "static/description/icon.png"):
        file = addons / "mfg_core" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("changed")
    (addons / "mfg_core" / "README.rst").write_text("changed")

    assert suite.install_digest(["mfg_core"]) == before

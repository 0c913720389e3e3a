"""Environments are complete or rebuilt, and made by a Python that can."""

import pytest

from devkit import virtual_environment
from devkit.console import DevkitError
from devkit.virtual_environment import COMPLETE, VirtualEnvironment, suitable_python


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An environment without packages, in a cache of the test's own."""
    monkeypatch.setattr(virtual_environment, "CACHE", tmp_path)
    monkeypatch.setattr("devkit.file_lock.CACHE", tmp_path)
    monkeypatch.setattr("devkit.process.LOGS", tmp_path / "logs")
    pins = tmp_path / "pins.txt"
    pins.write_text("# nothing\n")
    return VirtualEnvironment("test", pins=[pins], import_paths=[tmp_path / "odoo"])


def test_environment_is_built_once_and_has_the_import_paths(environment, monkeypatch):
    python = environment.ensure()
    monkeypatch.setattr(VirtualEnvironment, "_build", pytest.fail)

    assert environment.ensure() == python
    lines = next(environment.path.rglob("mfg_integration.pth")).read_text()
    assert lines == f"{environment.import_paths[0]}\n"


def test_environment_without_the_marker_is_rebuilt(environment):
    environment.path.mkdir(parents=True)
    leftover = environment.path / "half-installed"
    leftover.touch()

    environment.ensure()

    assert environment.is_complete()
    assert not leftover.exists()


def test_marker_is_not_written_when_packages_cannot_be_installed(environment):
    environment.pins[0].write_text("no-such-package @ file:///no/such/file\n")

    with pytest.raises(DevkitError, match="installing the Python packages"):
        environment.ensure()

    assert not (environment.path / COMPLETE).exists()


def test_other_pins_are_another_environment(environment):
    before = environment.path

    environment.pins[0].write_text("something==1\n")

    assert environment.path != before


def test_a_python_that_is_too_old_or_too_new_is_an_error_with_a_remedy():
    with pytest.raises(DevkitError) as raised:
        suitable_python((3, 98), (3, 99))

    assert "Python 3.98 to 3.99" in raised.value.remedy


def test_what_is_no_python_is_passed_over(tmp_path):
    pretender = tmp_path / "python3.11"
    pretender.write_text("#!/bin/sh\nexit 127\n")
    pretender.chmod(0o755)

    assert virtual_environment.python_version(str(pretender)) is None
    assert virtual_environment.python_version(str(tmp_path / "nothing")) is None

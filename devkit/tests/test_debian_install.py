"""Packages are installed where that is allowed; elsewhere one sentence says why not."""

import os
import shutil

import pytest

from devkit import debian_install
from devkit.console import DevkitError

# Notes how it was called, and fails where it is told to.
APT = """#!/bin/sh
echo "$@" >> "$APT_CALLS"
exit ${APT_STATUS:-0}
"""
PASS_ON = """#!/bin/sh
[ "$1" = --non-interactive ] && shift
exec "$@"
"""
NO = """#!/bin/sh
exit 1
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """``machine(apt_get=APT, sudo=NO)`` is one that has these programs; its calls."""
    programs, calls = tmp_path / "bin", tmp_path / "calls"
    programs.mkdir()
    calls.touch()
    monkeypatch.setenv("APT_CALLS", str(calls))
    monkeypatch.setattr(debian_install, "CACHE", tmp_path)
    monkeypatch.setattr("devkit.file_lock.CACHE", tmp_path)
    monkeypatch.setattr("devkit.process.LOGS", tmp_path / "logs")
    for name in ("timeout", "env", "sh", "true"):
        (programs / name).symlink_to(shutil.which(name))

    def made(user=0, **texts):
        for name, text in texts.items():
            program = programs / name.replace("_", "-")
            program.write_text(text)
            program.chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))
        monkeypatch.setattr(os, "geteuid", lambda: user)
        return calls

    return made


def install():
    debian_install.install(["redmine", "puma"], is_there=lambda: False)


def test_root_installs_them_without_what_they_recommend(machine):
    calls = machine(apt_get=APT)

    install()

    update, installed = calls.read_text().splitlines()
    assert update.endswith(" update")
    assert installed.endswith("install --yes --no-install-recommends redmine puma")


def test_user_who_may_become_root_without_a_password_installs_them(machine):
    calls = machine(user=1000, apt_get=APT, sudo=PASS_ON)

    install()

    assert len(calls.read_text().splitlines()) == 2


@pytest.mark.parametrize("sudo", [{}, {"sudo": NO}])
def test_user_who_may_not_is_told_so(machine, sudo):
    calls = machine(user=1000, apt_get=APT, **sudo)

    with pytest.raises(DevkitError, match="redmine puma: this user may not install"):
        install()

    assert calls.read_text() == ""


def test_other_systems_are_told_so(machine):
    machine()

    with pytest.raises(DevkitError, match="this is no Debian system"):
        install()


def test_what_is_there_is_left_alone(machine):
    calls = machine(apt_get=APT)

    debian_install.install(["redmine"], is_there=lambda: True)

    assert calls.read_text() == ""


def test_archive_that_cannot_be_reached_is_not_waited_for_again(machine, monkeypatch):
    calls = machine(apt_get=APT)
    monkeypatch.setenv("APT_STATUS", "100")

    for _each in range(2):
        with pytest.raises(DevkitError):
            install()

    assert len(calls.read_text().splitlines()) == 1

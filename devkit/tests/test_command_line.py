"""The front door: clear errors, what T= means, which files a command line names."""

import subprocess
import sys

import pytest

from devkit import command_line, series
from devkit.console import DevkitError
from devkit.paths import ROOT
from devkit.test_selection import Selection


def run(command, *words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "devkit", command, *words],
        cwd=ROOT,
        env={"PATH": "", "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_failure_is_two_lines_and_status_2_and_no_traceback(tmp_path):
    done = run("provision", ODOO_SRC_17_0=str(tmp_path), SERIES="17.0")

    assert done.returncode == 2
    error, remedy = done.stderr.strip().splitlines()
    assert error.startswith("error: ODOO_SRC_17_0 names")
    assert remedy.startswith("remedy: ")


def test_an_unknown_series_is_a_clear_error():
    done = run("test", SERIES="16.0")

    assert done.returncode == 2
    assert "there is no series '16.0'" in done.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [(28, "disk space"), (98, "PORT="), (30, "XDG_CACHE_HOME")],
)
def test_failures_of_the_system_have_a_remedy(number, words, monkeypatch, capsys):
    def fail(argv):
        raise OSError(number, "failed")

    monkeypatch.setattr(command_line, "_main_of", lambda command: fail)

    assert command_line.run(["test"]) == 2
    assert words in capsys.readouterr().err


def test_no_expression_is_everything():
    assert Selection.parse(None).is_everything
    assert Selection.parse("").is_everything


def test_a_path_belongs_to_one_part_and_may_name_a_test():
    selection = Selection.parse("devkit/tests/test_suite.py::test_x")

    assert selection.wants("unit")
    assert not selection.wants("addons")
    assert selection.test == "::test_x"


def test_a_word_is_an_expression_for_every_part():
    selection = Selection.parse("lease and not slow")

    assert all(map(selection.wants, ("unit", "addons", "system")))
    assert selection.pytest_arguments() == ["-k", "lease and not slow"]


def test_a_long_expression_is_no_path():
    words = " or ".join(["delivery"] * 100)

    assert Selection.parse(words).keyword == words


def test_a_path_that_is_not_there_is_an_error():
    with pytest.raises(DevkitError, match="there is no addons/none"):
        Selection.parse("addons/none/tests::test_x")


def test_configuration_has_sections_and_lists(tmp_path, monkeypatch):
    monkeypatch.setattr(series, "BUILD", tmp_path)

    file = series.write_configuration(
        "x", {"addons_path": ["a", "b"], "workers": 2, "queue_job.channels": "root:2"}
    )

    assert file.read_text() == (
        "[options]\naddons_path = a,b\nworkers = 2\n\n[queue_job]\nchannels = root:2\n"
    )
    assert file.stat().st_mode & 0o077 == 0

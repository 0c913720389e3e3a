"""Which PostgreSQL is used, and what is said when it cannot be reached."""

import os

import pytest

from devkit import embedded_postgres, postgres
from devkit.console import DevkitError


@pytest.fixture(autouse=True)
def no_named_server(monkeypatch):
    for name in ("PGHOST", "PGPORT", "PGUSER"):
        monkeypatch.delenv(name, raising=False)


def test_server_of_the_environment_wins(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGPORT", "6432")
    monkeypatch.setenv("PGUSER", "plant")

    assert postgres.named_endpoint() == postgres.Endpoint("db.example", 6432, "plant")


def test_port_and_user_of_a_named_server_have_defaults(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")

    assert postgres.named_endpoint() == postgres.Endpoint("db.example", 5432, "odoo")


def test_without_one_the_embedded_server_is_used():
    assert postgres.named_endpoint() is None
    assert postgres.embedded_endpoint().user == "odoo"


def test_the_user_that_odoo_refuses_is_refused_first(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "postgres")

    with pytest.raises(DevkitError, match="refuses"):
        postgres.named_endpoint()


def test_a_named_server_that_does_not_answer_is_a_clear_error(monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")

    with pytest.raises(DevkitError) as raised:
        postgres.ensure_running()

    assert "unset PGHOST" in raised.value.remedy


def test_socket_lies_in_the_data_folder_unless_its_name_would_be_too_long(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(embedded_postgres, "home", lambda: tmp_path / "x")
    assert embedded_postgres.socket_folder() == tmp_path / "x" / "data"

    monkeypatch.setattr(embedded_postgres, "home", lambda: tmp_path / ("x" * 100))
    assert (
        len(str(embedded_postgres.socket_folder()))
        < embedded_postgres.LONGEST_SOCKET_FOLDER
    )


def test_a_server_that_is_gone_has_no_process(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded_postgres, "data_folder", lambda: tmp_path)
    assert postgres.postmaster_pid() is None

    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    (tmp_path / "postmaster.pid").write_text(f"{child}\n")

    assert postgres.postmaster_pid() is None

"""A real Redmine: Debian's package, prepared once, started as often as wanted.

Every server runs on a copy of what was prepared: its own program folder, since Redmine
writes there, and its own SQLite database.
"""

import contextlib
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import debian_install, json_http
from .console import DevkitError, step
from .file_lock import exclusive
from .own_process import OwnProcess
from .paths import BUILD, CACHE
from .poll import NeverHappenedError, until
from .process import run_logged
from .stage import LOOPBACK, free_port

PACKAGES = ("redmine", "redmine-sqlite", "puma")
UP_WITHIN_S = 60
#: The project that people and Odoo share, as its address has it.
PROJECT = "plant-a"
#: Odoo's own user, and a technician.
ODOO, TECHNICIAN = "odoo", "tess"
# In this plant nobody rejects an issue: the workflow leads to no such status. Odoo's
# user wants the newest comment first, as many do, which turns its answers round.
SEED = """
Setting.rest_api_enabled = "1"
plant = Project.create!(name: "Plant A", identifier: "plant-a")
plant.trackers = Tracker.all
plant.save!
WorkflowTransition.where(new_status: IssueStatus.find_by(name: "Rejected")).delete_all
names = {"odoo" => %w[Odoo System], "tess" => %w[Tess Technician]}
keys = names.to_h do |login, (first, last)|
  user = User.new(firstname: first, lastname: last, mail: "#{login}@plant.example")
  user.login = login
  user.random_password
  user.save!
  user.pref.update!(comments_sorting: "desc") if login == "odoo"
  Member.create!(project: plant, user: user, roles: [Role.find_by(name: "Manager")])
  [login, user.api_key]
end
puts keys.to_json
"""
# What a shell of somebody who develops in Ruby may have set.
NO_RUBY = dict.fromkeys(("BUNDLE_GEMFILE", "GEM_HOME", "GEM_PATH", "RUBYOPT"))


@dataclass(frozen=True)
class Redmine:
    """A running server.

    :ivar keys: API keys by login
    """

    url: str
    keys: Mapping[str, str]

    def call(self, person: str, method: str, path: str, body=None):
        """What the API answers that person.

        :raise ValueError: it refuses
        """
        headers = {"X-Redmine-API-Key": self.keys[person]}
        answer = json_http.call(method, self.url + path, body, headers)
        if answer.status >= 400:
            raise ValueError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json

    def issue(self, number: str) -> dict:
        """An issue with its journal, as the technician sees it."""
        path = f"/issues/{number}.json?include=journals"
        return self.call(TECHNICIAN, "GET", path)["issue"]

    def issues(self) -> list[dict]:
        """The newest hundred issues of all statuses."""
        path = "/issues.json?status_id=*&sort=id:desc&limit=100"
        return self.call(TECHNICIAN, "GET", path)["issues"]

    def change(self, number: str, **fields) -> None:
        """What the technician does to an issue, ``notes`` included."""
        path = f"/issues/{number}.json"
        self.call(TECHNICIAN, "PUT", path, {"issue": fields})


@contextlib.contextmanager
def running() -> Iterator[Redmine]:
    """A server on the loopback interface with an empty project.

    :raise DevkitError: Redmine cannot be had here, or does not start
    """
    prepared = ensure()
    port = free_port()
    folder = BUILD / "redmine" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared, folder, symlinks=True)
    argv = ["puma", "--dir", folder / "app", "--environment", "production"]
    argv += ["--threads", "1:5", "--bind", f"tcp://{LOOPBACK}:{port}", "config.ru"]
    process = OwnProcess(f"redmine-{port}", argv, _environment(folder))
    server = Redmine(
        f"http://{LOOPBACK}:{port}", json.loads((folder / "keys.json").read_text())
    )
    try:
        with step("starting Redmine"):
            process.start()
            until(
                lambda: _answers(server, process),
                "Redmine answers",
                within_s=UP_WITHIN_S,
                last_words=process.last_words,
            )
        yield server
    except NeverHappenedError as error:
        raise DevkitError(str(error), "see the log in build/logs") from error
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def ensure() -> Path:
    """The folder with a prepared Redmine: ``app``, ``database.sqlite3``, ``keys.json``.

    :raise DevkitError: it cannot be installed or prepared here
    """
    debian_install.install(PACKAGES, is_there=lambda: bool(_versions()))
    facts = f"{_versions()} {SEED}"
    digest = hashlib.sha256(facts.encode()).hexdigest()[:12]
    folder = CACHE / "redmine" / digest
    with exclusive("redmine"):
        if not folder.is_dir():
            partial = folder.with_name(f"{digest}.part")
            shutil.rmtree(partial, ignore_errors=True)
            with step("preparing Redmine"):
                _prepare(partial)
            partial.rename(folder)
    return folder


def _versions() -> str:
    """The installed versions of the packages; empty when one is missing."""
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Abbrev}"]
    query[-1] += "${Version}\n"
    try:
        found = subprocess.run(
            [*query, *PACKAGES], capture_output=True, text=True, check=False
        ).stdout.splitlines()
    except FileNotFoundError:
        return ""
    there = sorted(line for line in found if " ii " in line)
    return " ".join(there) if len(there) == len(PACKAGES) else ""


def _prepare(folder: Path) -> None:
    """Fill the folder: Redmine's default configuration, one project, two people."""
    app = folder / "app"
    # Debian's configuration is readable for its web server only, and not wanted.
    leave_out = shutil.ignore_patterns("instances", "database.yml")
    shutil.copytree(_installed_app(), app, symlinks=True, ignore=leave_out)
    for name in ("config", "files", "log", "tmp"):
        (app / "instances" / "default" / name).mkdir(parents=True)
    database = "production: {adapter: sqlite3}\n"
    (app / "config" / "database.yml").write_text(database, encoding="utf-8")
    _inside(folder, "bin/rake", "db:migrate")
    _inside(folder, "bin/rake", "redmine:load_default_data")
    printed = _inside(folder, "bin/rails", "runner", SEED)
    (folder / "keys.json").write_text(printed.splitlines()[-1], encoding="utf-8")


def _installed_app() -> Path:
    """The folder of Debian's ``config.ru``."""
    printed = run_logged(
        ["dpkg", "--listfiles", "redmine"], "redmine-files", what="finding Redmine"
    )
    found = [line for line in printed.splitlines() if line.endswith("/config.ru")]
    if not found:
        raise DevkitError(
            "Debian's redmine has no config.ru", "reinstall the package redmine"
        )
    return Path(found[0]).parent


def _inside(folder: Path, *argv: str) -> str:
    """Run a program of Redmine to its end; what it printed."""
    return run_logged(
        ["ruby", *argv],
        f"redmine-{Path(argv[0]).name}",
        what="preparing Redmine",
        env=_environment(folder),
        cwd=folder / "app",
    )


def _environment(folder: Path) -> dict[str, str | None]:
    return {
        **NO_RUBY,
        "DATABASE_URL": f"sqlite3:{folder / 'database.sqlite3'}",
        "LANG": "C.UTF-8",
        "RAILS_ENV": "production",
        "REDMINE_LANG": "en",
        "SCHEMA": str(folder / "schema.rb"),
        "SECRET_KEY_BASE": "of-a-server-for-tests",
        "X_DEBIAN_SITEID": "default",
    }


def _answers(server: Redmine, process: OwnProcess) -> bool:
    if not process.is_running:
        raise NeverHappenedError(f"Redmine ended by itself, {process.last_words()}")
    try:
        return bool(server.call(ODOO, "GET", "/users/current.json"))
    except (OSError, ValueError):
        return False

"""One Odoo series on this machine: its tree, Python, addons and command line."""

import functools
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import odoo_source, port, postgres
from .console import DevkitError, report_downloads, say
from .odoo_tree import OdooTree
from .paths import ADDONS, BUILD, CACHE, PINS, ROOT, TEST_ADDONS
from .virtual_environment import VirtualEnvironment

NAMES = ("17.0", "19.0")
SOURCE_SERIES = "17.0"
# Newest Python that the series' pins have wheels for.
NEWEST_PYTHON = {"17.0": (3, 12), "19.0": (3, 12)}
SUITE_PINS = {"17.0": ROOT / "requirements.txt", "19.0": PINS / "suite-19.0.txt"}
# queue_job has to be loaded by the server itself, beside each series' own defaults.
SERVER_WIDE_MODULES = {"17.0": "base,web,queue_job", "19.0": "base,rpc,web,queue_job"}
NO_DEMO_DATA = {"17.0": {"without_demo": "all"}, "19.0": {}}


class Series:
    """One Odoo series: ``Series.get("17.0")`` finds it, ``provision()`` readies it.

    :param name: "17.0" or "19.0"
    :param tree: where its Odoo is
    """

    def __init__(self, name: str, tree: OdooTree):
        self.name = name
        self.tree = tree

    def __repr__(self):
        return f"{self.name} ({self.origin})"

    @classmethod
    def get(cls, name: str) -> "Series":
        """The series of that name.

        :raise DevkitError: when no Odoo of it is to be had here
        """
        if name not in NAMES:
            raise DevkitError(
                f"there is no series {name!r} here", f"use {', '.join(NAMES)} or all"
            )
        series = _find(name)
        if series is None:
            raise odoo_source.none_to_be_had(name)
        return series

    @property
    def origin(self) -> str:
        """How its Odoo got here: "source", "git" or "Debian package"."""
        return self.tree.origin

    @property
    def odoo_path(self) -> Path:
        """The folder that holds the ``odoo`` package."""
        return self.tree.path

    @functools.cached_property
    def environment(self) -> VirtualEnvironment:
        """Its Python environment: Odoo's needs, the suite's, the tests'."""
        return VirtualEnvironment(
            name=f"odoo-{self.name}",
            pins=[PINS / f"odoo-{self.name}.txt", PINS / "tests.txt"],
            pins_alone=[SUITE_PINS[self.name]],
            import_paths=[self.odoo_path],
            newest=NEWEST_PYTHON[self.name],
        )

    @property
    def python(self) -> Path:
        """The interpreter of its environment, with Odoo importable."""
        return self.environment.python

    @property
    def suite_path(self) -> Path:
        """Folder of the suite's addons for this series."""
        return ADDONS if self.name == SOURCE_SERIES else port.addons_folder(self.name)

    @property
    def test_addons_path(self) -> Path:
        """Folder of the addons that only tests install."""
        if self.name == SOURCE_SERIES:
            return TEST_ADDONS
        return port.test_addons_folder(self.name)

    @property
    def data_dir(self) -> Path:
        """Odoo's data folder (filestore), shared by all databases of the series."""
        return CACHE / "data" / self.name

    @property
    def addons_path(self) -> list[Path]:
        """Odoo's addons folders and ours, those that only tests install left out."""
        return [*self.tree.addons_folders(), self.suite_path]

    def addons_path_with_tests(self) -> list[Path]:
        """``addons_path`` and the addons that only tests install, if there are any."""
        folder = self.test_addons_path
        return [*self.addons_path, folder] if folder.is_dir() else self.addons_path

    def provision(self) -> "Series":
        """Make everything ready that its commands need; quick when it is there."""
        self.environment.ensure()
        if self.name != SOURCE_SERIES:
            port.ensure(self)
        postgres.ensure_running()
        report_downloads()
        return self

    def odoo_command(
        self,
        db: str | None,
        *,
        config: Mapping[str, object],
        extra: Sequence[str] = (),
        name: str | None = None,
    ) -> list[str]:
        """Command line that runs Odoo on a database.

        :param config: options that replace or join the defaults of ``configuration()``
        :param extra: further words of the command line
        :param name: of the configuration file under build/run, else series and database
        """
        options = self.configuration(db, config)
        file = write_configuration(name or f"{self.name}-{db or 'no-db'}", options)
        return [str(self.python), "-m", "odoo", "-c", str(file), *extra]

    def configuration(self, db: str | None, config: Mapping[str, object]) -> dict:
        """Odoo's options for a database of this series, loopback only, no demo data."""
        endpoint = postgres.ensure_running()
        options = {
            "addons_path": self.addons_path,
            "data_dir": self.data_dir,
            "db_host": endpoint.host,
            "db_port": endpoint.port,
            "db_user": endpoint.user,
            "db_name": db or False,
            "http_interface": "127.0.0.1",
            "server_wide_modules": SERVER_WIDE_MODULES[self.name],
            **NO_DEMO_DATA[self.name],
        }
        if os.environ.get("PGPASSWORD"):
            options["db_password"] = os.environ["PGPASSWORD"]
        return {**options, **config}


def write_configuration(name: str, options: Mapping[str, object]) -> Path:
    """Write an ``odoo.conf`` under build/run, readable by its owner only; its path.

    An option whose name has a dot goes into a section: ``queue_job.channels``.
    """
    folder = BUILD / "run"
    folder.mkdir(parents=True, exist_ok=True)
    sections: dict[str, list[str]] = {"options": []}
    for key, value in options.items():
        section, _, option = key.rpartition(".")
        if isinstance(value, list | tuple):
            value = ",".join(map(str, value))
        sections.setdefault(section or "options", []).append(f"{option} = {value}\n")
    file = folder / f"{name}.conf"
    file.touch(mode=0o600)
    blocks = (f"[{title}]\n{''.join(lines)}" for title, lines in sections.items())
    file.write_text("\n".join(blocks), encoding="utf-8")
    return file


@functools.cache
def _find(name: str) -> Series | None:
    """The series of that name, looked for once; None when it is not to be had."""
    tree = odoo_source.find(name)
    return Series(name, tree) if tree else None


def choose(wanted: str | None, *, every: bool = False) -> list[Series]:
    """The series that a command works on, announced in one line.

    :param wanted: "17.0", "19.0", "all", or None for the command's default
    :param every: the default is every series to be had (tests), else the first
    :raise DevkitError: when none of the wanted ones is to be had
    """
    if wanted and wanted != "all":
        chosen = [Series.get(wanted)]
    else:
        to_be_had = filter(None, map(_find, NAMES))
        number = None if every or wanted else 1
        chosen = list(itertools.islice(to_be_had, number))
    if not chosen:
        raise DevkitError(
            "no Odoo on this machine, and none could be fetched",
            "point ODOO_SRC_17_0 or ODOO_SRC_19_0 at a source tree of Odoo, "
            "or run it once where the network is there",
        )
    say(f"series: {', '.join(map(str, chosen))}")
    return chosen

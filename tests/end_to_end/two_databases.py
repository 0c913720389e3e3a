"""One Odoo server with two plants, told apart by the name of the host.

Everything runs in one process of the server, so that whatever it remembers outside of
a database is there for both.
"""

import contextlib
from collections.abc import Iterator

from devkit import json_http, plant, template_database
from devkit.json_http import HttpAnswer
from devkit.json_rpc import Session
from devkit.poll import until
from devkit.series import Series
from devkit.stage import ODOO_UP_WITHIN_S, Secrets, Stage

from .doors import Letter

NO_DATABASE = "mfg_integration_no_database"
DOMAIN = "plants.example"


class SharedServer(Stage):
    """The server, which has no database of its own; only ``http`` is ever started."""

    def _odoo_argv(self, role: str, config: dict) -> list[str]:
        several = {"db_name": False, "dbfilter": "^%d$"}
        return super()._odoo_argv(role, {**config, **several})

    def _modules(self, *, runner: bool) -> str:
        return f"{super()._modules(runner=runner)},{NO_DATABASE}"


class Twin(Stage):
    """One of the databases; of its processes, only the CMMS is ever started.

    :param server: that answers for it
    """

    def __init__(self, server: SharedServer, database: str):
        super().__init__(
            server.series,
            database,
            port=int(server.url.rpartition(":")[2]),
            secrets=Secrets(
                keys=server.secrets.keys, metrics_token=server.secrets.metrics_token
            ),
        )
        self.host = f"{database}.{DOMAIN}"

    def session(self, login: str = "admin", password: str = "admin") -> Session:
        """JSON-RPC as one user, by the plant's host name."""
        return Session(self.url, self.database, login, password, self.host)

    def get(self, path: str, headers: dict | None = None) -> HttpAnswer:
        """What the server answers to GET at the plant's host name."""
        sent = {"Host": self.host, **(headers or {})}
        return json_http.get(f"{self.url}{path}", sent)

    def post(self, letter: Letter, host: str | None = None) -> HttpAnswer:
        """What the server answers to a letter of one of the plant's partners.

        :param host: name to call the server by, when not the plant's
        """
        letter.headers = {**letter.headers, "Host": host or self.host}
        return letter.post(self)

    def sweep(self) -> None:
        """Have the work of this database done now, in the server's process."""
        admin = self.session()
        cron_id = admin.ref("mfg_integration_core.ir_cron_sweep")
        admin.call("ir.cron", "method_direct_trigger", [cron_id])


@contextlib.contextmanager
def twins(series: Series, template: str) -> Iterator[tuple[Twin, Twin]]:
    """Two plants whose records have the same ids, codes and names, and other secrets.

    :param template: database that both are copies of
    """
    names = [template_database.scratch_name(series, f"twin{n}") for n in (1, 2)]
    with contextlib.ExitStack() as undo:
        for name in names:
            undo.callback(template_database.drop, name, series)
            template_database.clone(template, name, series)
        server = SharedServer(series, f"{names[0]}-server", workers=0)
        undo.enter_context(server).http.start()
        pair = tuple(undo.enter_context(Twin(server, name)) for name in names)
        for twin in pair:
            twin.cmms.start()
        until(
            lambda: all(_answers(twin) for twin in pair),
            "the server answers for both",
            within_s=ODOO_UP_WITHIN_S,
            last_words=server.http.last_words,
        )
        for twin in pair:
            twin.cmms.wait()
            twin.plant = plant.build(twin)
        yield pair


def _answers(twin: Twin) -> bool:
    """Whether the server speaks for the plant yet, whatever it says."""
    try:
        return twin.get("/mfg/v1/health").json is not None
    except OSError:
        return False

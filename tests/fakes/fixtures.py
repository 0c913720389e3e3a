"""pytest fixtures: the peers in this process, and an Odoo that only listens."""

from contextlib import contextmanager

import pytest

from tests.fakes.cmms import Cmms
from tests.fakes.gearhart import Gearhart
from tests.fakes.machine import RECORDING, Machine
from tests.fakes.mes import Mes
from tests.fakes.peer import Answer, Peer
from tests.fakes.qms import Qms

TOKEN = "cmms-token"
API_KEY = "qms-key"
CMMS_SECRET = "cmms-secret"
GEARHART_USER, GEARHART_PASSWORD = "hub", "gearhart-password"
WHSEC = "whsec_c2VjcmV0IG9mIHRoZSBwbGFudCwgMzIgYnl0ZXMh"


class Listener(Peer):
    """Takes every call and keeps it; refuses on command like any peer."""

    name = "odoo"
    ROUTES = (("POST", r"/mfg/v1/.*", "accept"),)

    def __init__(self, **options):
        self.requests = []
        super().__init__(**options)

    def accept(self, request):
        self.requests.append(request)
        return Answer(202, {"status": "accepted"})


@contextmanager
def serving(kind, folder, odoo="", connector=None, **options):
    """A peer that serves until the block ends; its ledger lies in the folder."""
    ledger = folder / f"{kind.name}.jsonl"
    options |= {"odoo": odoo, "connector": connector or kind.name}
    peer = kind(port=0, ledger=ledger, **options).start()
    try:
        yield peer
    finally:
        peer.close()


@pytest.fixture
def odoo(tmp_path):
    with serving(Listener, tmp_path) as peer:
        yield peer


@pytest.fixture
def cmms(tmp_path, odoo):
    secrets = {"token": TOKEN, "webhook_secret": CMMS_SECRET}
    with serving(Cmms, tmp_path, odoo.url, **secrets) as peer:
        yield peer


@pytest.fixture
def qms(tmp_path, odoo):
    secrets = {"api_key": API_KEY, "webhook_secret": WHSEC}
    with serving(Qms, tmp_path, odoo.url, **secrets) as peer:
        yield peer


@pytest.fixture
def gearhart(tmp_path):
    login = {"user": GEARHART_USER, "password": GEARHART_PASSWORD}
    with serving(Gearhart, tmp_path, **login) as peer:
        yield peer


@pytest.fixture
def mes(tmp_path, odoo):
    secrets = {"token": TOKEN, "webhook_secret": WHSEC}
    with serving(Mes, tmp_path, odoo.url, **secrets) as peer:
        yield peer


@pytest.fixture
def machine(tmp_path, odoo):
    robot = {"equipment": "ASSY-R1", "recording": RECORDING, "secret": WHSEC}
    with serving(Machine, tmp_path, odoo.url, "assembly-edge", **robot) as peer:
        yield peer

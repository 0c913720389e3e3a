"""pytest fixtures: the peers in this process, and an Odoo that only listens."""

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
        super().__init__(odoo="", connector="", **options)

    def accept(self, request):
        self.requests.append(request)
        return Answer(202, {"status": "accepted"})


@pytest.fixture
def odoo(tmp_path):
    peer = Listener(port=0, ledger=tmp_path / "odoo.jsonl").start()
    yield peer
    peer.close()


@pytest.fixture
def cmms(tmp_path, odoo):
    peer = Cmms(
        port=0,
        ledger=tmp_path / "cmms.jsonl",
        odoo=odoo.url,
        connector="cmms",
        token=TOKEN,
        webhook_secret=CMMS_SECRET,
    ).start()
    yield peer
    peer.close()


@pytest.fixture
def qms(tmp_path, odoo):
    peer = Qms(
        port=0,
        ledger=tmp_path / "qms.jsonl",
        odoo=odoo.url,
        connector="qms",
        api_key=API_KEY,
        webhook_secret=WHSEC,
    ).start()
    yield peer
    peer.close()


@pytest.fixture
def gearhart(tmp_path):
    peer = Gearhart(
        port=0,
        ledger=tmp_path / "gearhart.jsonl",
        odoo="",
        connector="gearhart",
        user=GEARHART_USER,
        password=GEARHART_PASSWORD,
    ).start()
    yield peer
    peer.close()


@pytest.fixture
def mes(tmp_path, odoo):
    peer = Mes(
        port=0,
        ledger=tmp_path / "mes.jsonl",
        odoo=odoo.url,
        connector="mes",
        token=TOKEN,
        webhook_secret=WHSEC,
    ).start()
    yield peer
    peer.close()


@pytest.fixture
def machine(tmp_path, odoo):
    peer = Machine(
        port=0,
        ledger=tmp_path / "machine.jsonl",
        odoo=odoo.url,
        connector="assembly-edge",
        secret=WHSEC,
        equipment="ASSY-R1",
        recording=RECORDING,
    ).start()
    yield peer
    peer.close()

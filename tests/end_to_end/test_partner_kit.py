"""The partner kit plays the partner: our doors answer as their documentation says."""

import json
import subprocess
import sys
import uuid

import pytest

from devkit import plant, stage
from devkit.paths import PARTNER_KIT
from devkit.process import environment
from mfg_partner_kit.plan import GROUPS

CODE = "partner-kit"
EVENTS, EDGE = f"/mfg/v1/events/{CODE}", f"/mfg/v1/edge/{CODE}/events"
SEED = 20261121
WITHIN_S = 240


@pytest.fixture(scope="module")
def secret(plant_server):
    """The secret of a connector of the kit's own, live."""
    admin, secret = plant_server.session(), stage.new_secret()
    name = "Partner Kit"
    connector_id = admin.create(
        "mfg.connector",
        code=CODE,
        name=name,
        user_id=plant.connection_user(admin, CODE, name),
        inbound_secret=secret,
    )
    admin.call("mfg.connector", "action_go_live", [connector_id])
    return secret


@pytest.fixture
def played(live, secret, tmp_path):
    """Runs the kit as a program of its own; its exit status and its report."""

    def play(path, contract, *more, signed_with=secret):
        report = tmp_path / f"{uuid.uuid4()}.json"
        kit = subprocess.run(
            [sys.executable, "-m", "mfg_partner_kit", f"{live.url}{path}"]
            + ["--contract", contract, f"--seed={SEED}", f"--report={report}", *more],
            # Nothing but its own source: it stands alone.
            env=environment(
                {"PYTHONPATH": str(PARTNER_KIT), "MFG_PARTNER_KIT_SECRET": signed_with}
            ),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        print(kit.stdout, kit.stderr)
        return kit.returncode, json.loads(report.read_text(encoding="utf-8"))

    return play


def findings(report):
    return [finding for case in report["cases"] for finding in case["findings"]]


@pytest.mark.parametrize(
    ("path", "contract"),
    [
        (EVENTS, "mfg.ping.v1"),
        (EVENTS, "mfg.inspection.decided.v1"),
        (EDGE, "mfg.machine.state.v1"),
    ],
)
def test_kit_finds_nothing_at_our_doors(played, path, contract):
    status, report = played(path, contract, "--play=partner")

    assert (findings(report), status) == ([], 0)
    groups = {case["group"] for case in report["cases"]}
    assert groups == set(GROUPS)


def test_our_door_is_a_good_partner_itself(live, played):
    status, report = played(EVENTS, "mfg.ping.v1", f"--contracts={live.url}")

    assert (findings(report), status) == ([], 0)
    assert report["mode"] == "fire"


def test_kit_finds_that_its_secret_is_not_the_connectors(played):
    status, report = played(
        EVENTS, "mfg.ping.v1", "--play=partner", signed_with=stage.new_secret()
    )

    (first, *_) = report["cases"]
    assert status == 1
    assert first["exchanges"][0]["came"]["status"] == 401
    assert "secret" in first["findings"][0]["remedy"]

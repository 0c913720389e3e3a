"""``make fuzz``: random calls at every door of the OpenAPI document.

Ends with 1 at the first 5xx and the first answer that the document does not tell of,
and prints the seed and the call that replay it.
"""

import argparse
import json
import os
import random
import subprocess
from collections.abc import Sequence

from . import inside, plant, template_database
from .console import say
from .paths import PINS, ROOT
from .process import environment
from .series import Series
from .stage import Stage, new_secret, opened
from .virtual_environment import VirtualEnvironment

OLDEST_PYTHON = (3, 11)
#: The connector that fetches, what it fetches and how many there are.
PULL = "fuzz-pull"
REQUESTED = "mfg.maintenance.requested.v1"
MESSAGES = 5
#: The connector whose webhooks are forms, and its template of the test addon.
FORM, FORM_TEMPLATE = "fuzz-form", "posted_form"
#: The connector whose partner proves itself by an API key.
KEYED = "fuzz-keyed"
NOBODY = "http://127.0.0.1:9"
#: On top of the time to fuzz: building up, and making a failure small.
GRACE_S = 240


def main(argv: Sequence[str]) -> int:
    """Run on each series asked for; 0 when every answer was as documented."""
    options = _parse(argv)
    fuzzer().ensure()
    words = [f"--seed={options.seed}", f"--seconds={options.seconds}"]
    return inside.run_on_each(options.series, f"{__name__}:rage", words)


def rage(series: Series, argv: Sequence[str]) -> int:
    """Run on one series, inside its Python."""
    options = _parse(argv)
    template = template_database.ensure(series, with_test_addons=True)
    with opened(series, "fuzz", template=template) as stage:
        stage.plant = plant.build(stage)
        secrets = known_secrets(stage)
        status, told = attack(stage, secrets, options.seed, options.seconds)
    say(told)
    if status:
        replay = f"SERIES={series.name} SEED={options.seed} SECONDS={options.seconds}"
        say(f"replay: make fuzz {replay}")
    return status


def fuzzer() -> VirtualEnvironment:
    """The environment that has schemathesis; no other needs it."""
    return VirtualEnvironment(
        "fuzz", pins=[PINS / "fuzz.txt"], import_paths=[ROOT], oldest=OLDEST_PYTHON
    )


def known_secrets(stage: Stage) -> dict[str, str]:
    """Secrets by the codes of connectors: the plant's, and three that are made here.

    One fetches and has messages to fetch, one posts forms, one has an API key.
    """
    return {
        "assembly-edge": stage.secrets.machine,
        "cmms": stage.secrets.cmms_webhook,
        "qms": stage.secrets.qms_webhook,
        PULL: _fetching_partner(stage),
        KEYED: _keyed_partner(stage),
        FORM: _partner(stage, FORM, template=FORM_TEMPLATE, base_url=NOBODY)[1],
    }


def _fetching_partner(stage: Stage) -> str:
    """Make a connector whose partner fetches; its secret."""
    admin = stage.session()
    connector_id, secret = _partner(stage, PULL, adapter="pull")
    (event_type,) = admin.search("mfg.event.type", [("name", "=", REQUESTED)])
    admin.create(
        "mfg.subscription", connector_id=connector_id, event_type_id=event_type
    )
    for number in range(MESSAGES):
        admin.create(
            "maintenance.request",
            name=f"Fuzzed request {number}",
            equipment_id=stage.plant.equipment_id,
        )
    return secret


def _keyed_partner(stage: Stage) -> str:
    """Make a connector whose partner has an API key; the key."""
    connector_id, _secret = _partner(stage, KEYED, inbound_auth="api_key")
    shown = stage.session().call(
        "mfg.connector", "action_generate_api_key", [connector_id]
    )
    return shown["params"]["message"]


def _partner(stage: Stage, code: str, **values) -> tuple[int, str]:
    """Make a live connector; its id and its secret."""
    admin, secret, name = stage.session(), new_secret(), f"Fuzzed {code}"
    connector_id = admin.create(
        "mfg.connector",
        code=code,
        name=name,
        inbound_secret=secret,
        user_id=plant.connection_user(admin, code, name),
        **values,
    )
    admin.call("mfg.connector", "action_go_live", [connector_id])
    return connector_id, secret


def attack(
    stage: Stage, secrets: dict[str, str], seed: int, seconds: float
) -> tuple[int, str]:
    """Fuzz a stage for some time.

    :param secrets: of the connectors that calls are made for, by their codes
    :return: 0 when every answer was as documented, and what the fuzzer printed
    """
    settings = {
        "url": stage.url,
        "secrets": secrets,
        "token": stage.secrets.metrics_token,
        "seed": seed,
        "seconds": seconds,
    }
    finished = subprocess.run(
        [fuzzer().ensure(), "-B", "-m", "devkit.fuzz_calls"],
        # Not as arguments, which everybody on the machine can read.
        input=json.dumps(settings),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=seconds + GRACE_S,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="devkit fuzz", description=__doc__)
    parser.add_argument("--series", default=given("SERIES"))
    parser.add_argument(
        "--seed", type=int, default=given("SEED") or random.randrange(10**6)
    )
    parser.add_argument("--seconds", type=float, default=given("SECONDS") or 600)
    return parser.parse_args(argv)

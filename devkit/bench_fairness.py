"""How long a message takes while another connector works on a burst."""

import time
import uuid

from . import chaos_load
from .bench_latency import arrival_delay
from .plant import Plant
from .poll import until
from .stage import Stage

BURST, LANES = 2000, 50


def beside_a_burst(stage: Stage, built: Plant) -> list[dict]:
    """Seconds of one message to the CMMS, and of the burst that it overtook."""
    admin = stage.session()
    connector_id = chaos_load.connector(stage)
    started = time.monotonic()
    burst = chaos_load.owe(stage, connector_id, BURST, LANES)
    until(lambda: _delivered(stage, burst), "the burst is under way")
    request_id = admin.create(
        "maintenance.request",
        name=f"Bench {uuid.uuid4()}",
        equipment_id=built.equipment_id,
    )
    seconds = until(
        lambda: arrival_delay(stage, request_id), "the CMMS has it", within_s=300
    )
    left = BURST - _delivered(stage, burst)
    until(lambda: _delivered(stage, burst) == BURST, "the burst is done", within_s=600)
    whole = time.monotonic() - started
    return [
        {
            "name": "commit to receipt beside a burst",
            "value": round(seconds * 1000, 1),
            "unit": "ms",
            "bar": None,
            "detail": f"{left} of {BURST} messages of another connector were still"
            f" owed; the burst took {whole:.0f} s",
        }
    ]


def _delivered(stage: Stage, ids: list[int]) -> int:
    return stage.value(
        "SELECT count(*) FROM mfg_outbox_message"
        " WHERE id = ANY(%s) AND state = 'delivered'",
        ids,
    )

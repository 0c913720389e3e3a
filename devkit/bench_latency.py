"""How long things take on a system with nothing else to do."""

import functools
import random
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from . import json_http
from .partner_events import ping, signed
from .plant import Plant
from .poll import until
from .stage import Stage

MESSAGES = 25
EVENTS = 200
CALLERS = 20
#: Each caller of a shop floor has something to say twice a second.
PACE_S = 0.5
STORED_BAR_S = 0.1
EVENTS_PATH = "/mfg/v1/events/assembly-edge"


def commit_to_receipt(stage: Stage, built: Plant) -> list[dict]:
    """From the transaction of a maintenance request to the CMMS's ledger."""
    admin, seconds = stage.session(), []
    for _ in range(MESSAGES):
        request_id = admin.create(
            "maintenance.request",
            name=f"Bench {uuid.uuid4()}",
            equipment_id=built.equipment_id,
        )
        delay = functools.partial(arrival_delay, stage, request_id)
        seconds.append(until(delay, "the CMMS has it"))
    detail = f"{MESSAGES} messages, from the start of the transaction to the ledger"
    return _percentiles("commit to receipt", seconds, bar_s=1.0, detail=detail)


def stored_answer(stage: Stage) -> list[dict]:
    """From a signed event to the answer that it is stored."""
    alone = [_stored(stage, 0) for _ in range(EVENTS)]
    paced, flood = _crowd(stage, EVENTS, PACE_S), _crowd(stage, 2 * EVENTS)
    return [
        *_percentiles(
            "stored answer",
            alone,
            bar_s=None,
            detail=f"{EVENTS} events one after the other, a connection each",
        ),
        *_percentiles(
            f"stored answer, {CALLERS} callers",
            paced,
            bar_s=STORED_BAR_S,
            detail=f"{EVENTS} events by {CALLERS} callers at once, {PACE_S} s pause",
        ),
        *_percentiles(
            f"stored answer, {CALLERS} callers, no pause",
            flood,
            bar_s=STORED_BAR_S,
            detail=f"{2 * EVENTS} events, one after the other by each caller",
        ),
    ]


def _crowd(stage: Stage, events: int, pause_s: float = 0.0) -> list[float]:
    """How long each of the events took, sent by all callers at once.

    :param pause_s: of each caller between two events; they begin at random
    """

    def call(number: int) -> float:
        time.sleep(pause_s * random.random() * 2)
        return _stored(stage, number)

    with ThreadPoolExecutor(CALLERS) as callers:
        return list(callers.map(call, range(events)))


def _stored(stage: Stage, number: int) -> float:
    """Seconds until the door has answered one event, about one of many subjects."""
    body = ping(f"bench-{number % CALLERS}")
    body, headers = signed(stage.secrets.machine, body)
    started = time.monotonic()
    answer = json_http.post(f"{stage.url}{EVENTS_PATH}", body, headers)
    seconds = time.monotonic() - started
    if answer.status != 202:
        raise ValueError(f"the door answered {answer.status}: {answer.body!r}")
    return seconds


def arrival_delay(stage: Stage, request_id: int) -> float | None:
    """Seconds until the CMMS had the request's message; None while it has not."""
    rows = stage.sql(
        "SELECT uuid, create_date FROM mfg_outbox_message"
        " WHERE res_model = 'maintenance.request' AND res_id = %s",
        request_id,
    )
    for line in stage.cmms.ledger("created"):
        if rows and line["order"]["external_ref"] == rows[0][0]:
            began = rows[0][1].replace(tzinfo=timezone.utc)
            return (datetime.fromisoformat(line["at"]) - began).total_seconds()
    return None


def _percentiles(
    name: str, seconds: list[float], *, bar_s: float | None, detail: str
) -> list[dict]:
    """Median and 95th percentile in milliseconds; the bar is for the latter."""
    cuts = statistics.quantiles(seconds, n=20)
    bar_ms = None if bar_s is None else bar_s * 1000
    return [
        {
            "name": f"{name}, {what}",
            "value": round(value * 1000, 1),
            "unit": "ms",
            "bar": bar,
            "detail": detail,
        }
        for what, value, bar in (("p50", cuts[9], None), ("p95", cuts[18], bar_ms))
    ]

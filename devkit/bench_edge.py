"""Machine events per second through the signed door.

Beside it, over as many connections: PostgreSQL's own COPY of the same rows into the
same table, and Odoo's own ``create`` of them over JSON-RPC in a plain model with the
same fields. With one and with four senders, with nothing stored and with three million.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from . import json_http
from .bench_doors import CODE, handling_paused
from .bench_edge_rows import Rows
from .partner_events import BATCH, machine_count, signed
from .stage import Stage

SENDERS = (1, 4)
BATCHES = 12
BATCH_SIZE = 5000
#: Taken in turns, so that a slow moment of the machine slows all of them.
ROUNDS = 3
#: Machines whose counts a sender mixes in a batch.
MACHINES = 20
STORED = 3_000_000
LARGEST_BODY = 8 * 1024 * 1024
EDGE_PATH = f"/mfg/v1/edge/{CODE}/events"
PLAIN_MODEL = "mfg.test.plain.event"
#: ``create`` is slow enough to be told from fewer.
CREATED_BATCHES = 4
COPY_BAR, CREATE_BAR, STORED_BAR = 0.4, 3.5, 0.9


def edge_ingest(stage: Stage) -> list[dict]:
    """Events per second of the three ways, and their ratios."""
    _allow_large_batches(stage)
    rows = Rows(stage)
    figures, at_nothing = [], {}
    with handling_paused(stage):
        for stored in (0, STORED):
            rows.store(stored)
            for senders in SENDERS:
                door, copy = _door_and_copy(stage, rows, senders)
                detail = _detail(senders, stored)
                figures += _against_copy(door, copy, detail)
                if stored:
                    kept = round(door / at_nothing[senders], 3)
                    figures.append(
                        _figure(
                            "edge ingest at 3 million against 0",
                            kept,
                            "x",
                            STORED_BAR,
                            detail,
                        )
                    )
                else:
                    at_nothing[senders] = door
                    created = _created(stage, senders)
                    figures += _against_create(door, created, detail)
        rows.forget()
    return figures


def _detail(senders: int, stored: int) -> str:
    plural = "s" if senders > 1 else ""
    return (
        f"{senders} sender{plural}, {stored} events stored, {BATCHES} batches of"
        f" {BATCH_SIZE} of {MACHINES} machines, median of {ROUNDS} rounds, handling"
        " paused"
    )


def _against_copy(door: float, copy: float, detail: str) -> list[dict]:
    ratio = round(door / copy, 3)
    return [
        _figure("edge ingest", round(door), "events/s", None, detail),
        _figure("raw COPY of the same rows", round(copy), "rows/s", None, detail),
        _figure("edge ingest against COPY", ratio, "x", COPY_BAR, detail),
    ]


def _against_create(door: float, created: float, detail: str) -> list[dict]:
    ratio = round(door / created, 1)
    return [
        _figure("JSON-RPC create of the rows", round(created), "rows/s", None, detail),
        _figure("edge ingest against create", ratio, "x", CREATE_BAR, detail),
    ]


def _figure(name, value, unit, bar, detail) -> dict:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "bar": bar,
        "detail": detail,
        "at_most": False,
    }


def _allow_large_batches(stage: Stage) -> None:
    admin = stage.session()
    (connector_id,) = admin.search("mfg.connector", [("code", "=", CODE)])
    admin.write("mfg.connector", connector_id, max_body_bytes=LARGEST_BODY)


def _door_and_copy(stage: Stage, rows: Rows, senders: int) -> tuple[float, float]:
    """Events per second of the door and rows per second of COPY, medians."""
    door, copy = [], []
    for number in range(ROUNDS):
        run = f"{time.time_ns():x}"
        letters = [
            signed(stage.secrets.machine, _batch(run, place), media_type=BATCH)
            for place in range(BATCHES)
        ]
        door.append(_rate(senders, lambda letter: _post(stage, *letter), letters))
        pieces = rows.take(BATCH_SIZE)
        if len(pieces) != BATCHES:
            raise ValueError(f"round {number}: {len(pieces)} batches of rows were kept")
        copy.append(_rate(senders, rows.copy, pieces))
        rows.take(BATCH_SIZE)
    return statistics.median(door), statistics.median(copy)


def _batch(run: str, place: int) -> bytes:
    """The counts of some machines in turns; each counts its events."""
    first = place * BATCH_SIZE // MACHINES
    return json.dumps(
        [
            machine_count(f"{run}-{n % MACHINES:02d}", first + n // MACHINES)
            for n in range(BATCH_SIZE)
        ]
    ).encode()


def _post(stage: Stage, content: bytes, headers: dict) -> None:
    answer = json_http.post(f"{stage.url}{EDGE_PATH}", content, headers)
    if answer.status != 202:
        raise ValueError(f"the door answered {answer.status}: {answer.body[:500]!r}")


def _created(stage: Stage, senders: int) -> float:
    """Rows per second that Odoo creates in a plain model, a batch per call."""
    sessions = [stage.session() for _ in range(senders)]
    for session in sessions:
        session.search(PLAIN_MODEL, [], limit=1)
    values = [_values(event) for event in json.loads(_batch("plain", 0))]
    turns = [sessions[place % senders] for place in range(CREATED_BATCHES)]
    return _rate(
        senders, lambda session: session.call(PLAIN_MODEL, "create", values), turns
    )


def _values(event: dict) -> dict:
    """What ``create`` is given for an event: what the door stores of it."""
    data = event["data"]
    return {
        "event_id": event["id"],
        "event_type": event["type"],
        "source": event["source"],
        "equipment": data["equipment"],
        "event_time": event["time"][:19].replace("T", " "),
        "sequence": int(event["sequence"].partition("-")[2]),
        "good_quantity": data["good_quantity"],
        "scrap_quantity": data["scrap_quantity"],
        "envelope": event,
    }


def _rate(senders: int, work: Callable, pieces: Sequence) -> float:
    """Events per second of all senders together, a connection each."""
    started = time.monotonic()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(work, pieces))
    return len(pieces) * BATCH_SIZE / (time.monotonic() - started)

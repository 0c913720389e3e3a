"""Machine events per second through the signed door, beside PostgreSQL's own COPY."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor

from . import json_http, postgres
from .partner_events import BATCH, count, signed
from .stage import Stage

CONNECTIONS = 2
BATCHES_PER_CONNECTION = 4
BATCH_SIZE = 5000
LARGEST_BODY = 8 * 1024 * 1024
EDGE_PATH = "/mfg/v1/edge/assembly-edge/events"
TABLE = "mfg_edge_event"


def edge_ingest(stage: Stage) -> list[dict]:
    """Events per second, COPY's rows per second, and their ratio."""
    _allow_large_batches(stage)
    bodies = [
        json.dumps([count(f"bench-{b}-{n}") for n in range(BATCH_SIZE)]).encode()
        for b in range(CONNECTIONS * BATCHES_PER_CONNECTION)
    ]
    first_id = stage.value(f"SELECT COALESCE(max(id), 0) FROM {TABLE}")
    door = _rate(lambda body: _post(stage, body), bodies)
    copy = _copy_rate(stage, first_id)
    detail = f"batches of {BATCH_SIZE} on {CONNECTIONS} connections"
    return [
        _figure("edge ingest", round(door), "events/s", None, detail),
        _figure("raw COPY of the same rows", round(copy), "rows/s", None, detail),
        _figure("edge ingest against COPY", round(door / copy, 3), "x", 0.4, detail),
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
    domain = [("code", "=", "assembly-edge")]
    (connector_id,) = admin.search("mfg.connector", domain)
    admin.write("mfg.connector", connector_id, max_body_bytes=LARGEST_BODY)


def _post(stage: Stage, body: bytes) -> None:
    content, headers = signed(stage.secrets.machine, body, media_type=BATCH)
    answer = json_http.post(f"{stage.url}{EDGE_PATH}", content, headers)
    if answer.status != 202:
        raise ValueError(f"the door answered {answer.status}: {answer.body[:500]!r}")


def _rate(work, pieces: list) -> float:
    """Events per second over all connections together."""
    started = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, pieces))
    return len(pieces) * BATCH_SIZE / (time.monotonic() - started)


def _copy_rate(stage: Stage, after_id: int) -> float:
    """Rows per second of COPY for the rows that the door has just written."""
    pieces = _take_rows(stage, after_id)

    def copy(piece: bytes) -> None:
        connection = postgres.connect(stage.database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.copy_expert(f"COPY {TABLE} FROM STDIN", io.BytesIO(piece))
        finally:
            connection.close()

    return _rate(copy, pieces)


def _take_rows(stage: Stage, after_id: int) -> list[bytes]:
    """The rows as COPY reads them, a batch each; they are removed from the table."""
    connection = postgres.connect(stage.database)
    try:
        with connection, connection.cursor() as cursor:
            buffer = io.BytesIO()
            cursor.copy_expert(
                f"COPY (SELECT * FROM {TABLE} WHERE id > {after_id} ORDER BY id)"
                " TO STDOUT",
                buffer,
            )
            cursor.execute(f"DELETE FROM {TABLE} WHERE id > %s", [after_id])
    finally:
        connection.close()
    lines = buffer.getvalue().splitlines(keepends=True)
    return [
        b"".join(lines[start : start + BATCH_SIZE])
        for start in range(0, len(lines), BATCH_SIZE)
    ]

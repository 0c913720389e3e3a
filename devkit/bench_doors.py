"""How many events the door takes, against what Odoo itself takes for an answer."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from . import json_http
from .partner_events import BATCH, ping, signed
from .stage import Stage

BARE = "/mfg_test/bare"
DOOR = "/mfg/v1/events/assembly-edge"
CODE = "assembly-edge"
CALLERS = 4
ROUNDS = 25
REQUESTS = 200
BATCHES = 20
BATCH_SIZE = 100
BARE_BAR = 0.6
BATCH_BAR = 20.0

#: What is posted: the path, the body and the headers.
Letter = tuple[str, bytes, dict]


def door_throughput(stage: Stage) -> list[dict]:
    """One event per request against a bare route, and 100 against one.

    The three are measured in turns, so that a slow moment of the machine slows all of
    them; the figures are medians of the rounds.
    """
    ratios, gains, singles, batched = [], [], [], []
    with handling_paused(stage):
        for _ in range(ROUNDS):
            bare = _rate(stage, _bare(stage))
            single = _rate(stage, _singles(stage))
            batch = BATCH_SIZE * _rate(stage, _batches(stage))
            ratios.append(single / bare)
            gains.append(batch / single)
            singles.append(single)
            batched.append(batch)
    shared = f"{ROUNDS} rounds, {CALLERS} callers, a connection each, handling paused"
    hundreds = f"events at the door, {BATCH_SIZE} per request"
    return [
        _figure("events at the door", singles, "events/s", None, shared),
        _figure(hundreds, batched, "events/s", None, shared),
        _figure(
            "door against a bare route",
            ratios,
            "x",
            BARE_BAR,
            f"{REQUESTS} signed events, one per request; {shared}",
        ),
        _figure(
            f"{BATCH_SIZE} events per request against one",
            gains,
            "x",
            BATCH_BAR,
            f"{BATCHES} batches of {BATCH_SIZE}; {shared}",
        ),
    ]


@contextmanager
def handling_paused(stage: Stage) -> Iterator[None]:
    """The door takes events of a paused connector; nobody handles them meanwhile."""
    admin = stage.session()
    (connector_id,) = admin.search("mfg.connector", [("code", "=", CODE)])
    admin.call("mfg.connector", "action_pause", [connector_id])
    try:
        yield
    finally:
        admin.call("mfg.connector", "action_resume", [connector_id])


def _rate(stage: Stage, letters: Sequence[Letter]) -> float:
    """Requests per second when several callers post them; made before, timed alone.

    :raise ValueError: one was not taken
    """

    def post(letter: Letter) -> None:
        path, body, headers = letter
        answer = json_http.post(stage.url + path, body, headers)
        if answer.status != 202:
            raise ValueError(f"{path} answered {answer.status}: {answer.body!r}")

    with ThreadPoolExecutor(CALLERS) as callers:
        started = time.monotonic()
        list(callers.map(post, letters))
        return len(letters) / (time.monotonic() - started)


def _letters(
    stage: Stage, path: str, body: Callable[[int], bytes], count: int, **more
) -> list[Letter]:
    return [
        (path, *signed(stage.secrets.machine, body(number), **more))
        for number in range(count)
    ]


def _bare(stage: Stage) -> list[Letter]:
    return _letters(stage, BARE, _one, REQUESTS)


def _singles(stage: Stage) -> list[Letter]:
    return _letters(stage, DOOR, _one, REQUESTS)


def _batches(stage: Stage) -> list[Letter]:
    return _letters(stage, DOOR, _many, BATCHES, media_type=BATCH)


def _one(number: int) -> bytes:
    return ping(f"bench-{number % CALLERS}")


def _many(_number: int) -> bytes:
    events = [json.loads(_one(place)) for place in range(BATCH_SIZE)]
    return json.dumps(events).encode()


def _figure(name, values: Sequence[float], unit, bar: float | None, detail) -> dict:
    return {
        "name": name,
        "value": round(statistics.median(values), 2),
        "unit": unit,
        "bar": bar,
        "detail": detail,
        "at_most": False,
    }

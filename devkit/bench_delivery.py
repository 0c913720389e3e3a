"""How fast owed messages reach a peer, in order, against one job per message."""

import time
from statistics import median

from .plant import Plant
from .poll import until
from .stage import ORDERED_CHANNEL, Stage

LANES, PER_LANE = 50, 80
#: Jobs are slow enough to be measured with fewer messages.
JOBS = 200
#: They take turns, since a machine is not equally fast all the time.
ROUNDS = 3
RATIO_BAR = 10


def ordered_delivery(stage: Stage, built: Plant) -> list[dict]:
    """Messages per second through 50 ordered lanes, and through a job each."""
    admin = stage.session()
    connector_id = admin.search("mfg.connector", [("code", "=", "cmms")])[0]
    rounds = [
        (
            _rate_of_lanes(stage, admin, connector_id),
            _rate_of_jobs(stage, admin, connector_id, "root.mfg"),
            _rate_of_jobs(stage, admin, connector_id, ORDERED_CHANNEL),
        )
        for _round in range(ROUNDS)
    ]
    lanes, jobs, in_order = (median(rates) for rates in zip(*rounds, strict=True))
    detail = (
        f"{lanes:.0f} messages/s through {LANES} ordered lanes of {PER_LANE};"
        f" {jobs:.1f} messages/s as {JOBS} jobs in no order, their creation included;"
        f" {in_order:.1f} messages/s as {JOBS} jobs of a channel that keeps order;"
        f" one local peer that fsyncs each; medians of {ROUNDS} rounds in turns"
    )
    return [
        _ratio(
            "ordered delivery / one queue_job per message",
            median(lane / job for lane, job, _in_order in rounds),
            detail,
        ),
        _ratio(
            "ordered delivery / queue_jobs in order",
            median(lane / job for lane, _job, job in rounds),
            detail,
        ),
        {
            "name": "ordered delivery",
            "value": round(lanes, 1),
            "unit": "1/s",
            "bar": None,
            "detail": detail,
        },
    ]


def _ratio(name: str, value: float, detail: str) -> dict:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "x",
        "bar": RATIO_BAR,
        "at_most": False,
        "detail": detail,
    }


def _rate_of_lanes(stage: Stage, admin, connector_id: int) -> float:
    """Paused while it fills, so that the rate is that of the lanes alone."""
    admin.call("mfg.connector", "action_pause", [connector_id])
    ids = admin.call("mfg.test.load", "fill", connector_id, LANES, PER_LANE)
    started = time.monotonic()
    admin.call("mfg.connector", "action_resume", [connector_id])
    _wait_for(stage, ids)
    return len(ids) / (time.monotonic() - started)


def _rate_of_jobs(stage: Stage, admin, connector_id: int, channel: str) -> float:
    admin.call("mfg.connector", "action_pause", [connector_id])
    ids = admin.call("mfg.test.load", "fill", connector_id, JOBS, 1)
    started = time.monotonic()
    admin.call("mfg.test.load", "send_each_in_a_job", ids, channel)
    _wait_for(stage, ids)
    rate = len(ids) / (time.monotonic() - started)
    admin.call("mfg.connector", "action_resume", [connector_id])
    return rate


def _wait_for(stage: Stage, ids: list[int]) -> None:
    """Until all are delivered, without counting them all the time."""
    until(lambda: _delivered(stage, ids[-1:]), "the last one is sent", within_s=300)
    until(lambda: _delivered(stage, ids) == len(ids), "all are", within_s=300)


def _delivered(stage: Stage, ids: list[int]) -> int:
    return stage.value(
        "SELECT count(*) FROM mfg_outbox_message"
        " WHERE id = ANY(%s) AND state = 'delivered'",
        ids,
    )

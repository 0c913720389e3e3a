"""One soak: users and the technicians of two CMMS write the state of the same requests.

The seed decides who writes what, and in which order on each side. How the writes of the
sides mix is the machine's.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from .json_rpc import OdooError
from .plant import EQUIPMENT, EQUIPMENT_MODEL, PEER_NETWORK, connection_user
from .poll import NeverHappenedError, until
from .soak_checks import check, counts, growth, open_rows
from .stage import Peer, Stage

#: The partners; each has a CMMS of its own.
CODES = ("soak-a", "soak-b")
REQUESTS = 4
#: Between two writes of one side.
PAUSE_S = 0.5
TOLD_EVERY_S = 300
#: A wake that is lost with its server waits for the sweeper, which looks once a minute.
READY_WITHIN_S = 180
QUIET_WITHIN_S = 180
DRAINED_WITHIN_S = 1800
#: Long enough for a message that should not be to show itself.
STILL_S = 3.0
CONNECTOR = {"template": "soak_cmms", "retry_base_s": 1, "retry_cap_s": 2}


@dataclass(frozen=True)
class Plan:
    """What one soak does.

    :ivar late_s: how long after a change a CMMS calls back; the later, the more of what
        it says crosses what it is told meanwhile
    """

    seed: int
    seconds: float
    late_s: float = 0.0

    def __str__(self):
        """As ``make soak`` is told it."""
        return f"SEED={self.seed} MINUTES={self.seconds / 60:g} LATE={self.late_s:g}"


class Writer(threading.Thread):
    """One side, which writes now and then until it is enough.

    :param write: ``write(request number, is_done)``; whether anything was written
    """

    def __init__(self, write: Callable[[int, bool], bool], seed: str):
        super().__init__(daemon=True)
        self.writes = 0
        self.trouble: Exception | None = None
        self._write = write
        self._dice = random.Random(seed)
        self._finished = threading.Event()

    def run(self) -> None:
        while not self._finished.wait(PAUSE_S):
            number, is_done = self._dice.randrange(REQUESTS), self._dice.random() < 0.5
            try:
                self.writes += self._write(number, is_done)
            except Exception as error:  # noqa: BLE001  told by whoever waits for it
                self.trouble = error
                return

    def finish(self) -> None:
        """Begin no other write; raise what went wrong."""
        self._finished.set()
        self.join()
        if self.trouble:
            raise self.trouble


def play(stage: Stage, plan: Plan, say: Callable[[str], None]) -> dict:
    """Play the plan to its end and check it; the counts.

    :param say: told now and then how much was exchanged
    :raise ViolationError: when something echoed, or the sides do not agree
    :raise NeverHappenedError: when it does not come to rest
    """
    peers = {code: _peer(stage, code) for code in CODES}
    for peer in peers.values():
        peer.control("manners", call_back_after_s=plan.late_s)
    connectors = {code: _connector(stage, code, peer) for code, peer in peers.items()}
    requests = _requests(stage, plan.seed)
    numbers = _numbers(stage, connectors, requests)
    writers = {"users": Writer(_user(stage, requests), f"{plan.seed} users")}
    for code, peer in peers.items():
        write = _technician(peer, [numbers[code][request] for request in requests])
        writers[code] = Writer(write, f"{plan.seed} {code}")
    for writer in writers.values():
        writer.start()
    try:
        _wait(stage, plan.seconds, requests, writers, say)
    finally:
        for writer in writers.values():
            writer.finish()
    _is_exchanged(stage, connectors, requests, peers)
    _stays_still(stage, connectors, requests)
    check(stage, connectors, requests, peers, numbers, writers)
    written = {f"written by {who}": writer.writes for who, writer in writers.items()}
    found = {**written, **counts(stage, connectors, requests)}
    # Whoever uses the stage next is heard by its own partners only.
    stage.session().call("mfg.connector", "action_archive", list(connectors.values()))
    return found


def _wait(stage, seconds, requests, writers, say) -> None:
    """Let them write; tell now and then how many messages there were."""
    began = told = time.monotonic()

    def is_over():
        nonlocal told
        stage.supervise()
        now = time.monotonic()
        if now - told > TOLD_EVERY_S:
            told = now
            say(f"{(now - began) / 60:.0f} min: {growth(stage, requests)} messages")
        stopped = any(not writer.is_alive() for writer in writers.values())
        return stopped or now - began > seconds

    until(is_over, "the time is over", within_s=seconds + 60)


def _is_exchanged(stage, connectors, requests, peers) -> None:
    """Return once nothing is open, however long a slow machine needs for it.

    :raise NeverHappenedError: when nothing moves although something is open
    """
    seen, since = None, time.monotonic()

    def is_over():
        nonlocal seen, since
        now = open_rows(stage, connectors, requests, peers)
        if now != seen:
            seen, since = now, time.monotonic()
        return not now or time.monotonic() - since > QUIET_WITHIN_S

    until(is_over, "everything is exchanged", within_s=DRAINED_WITHIN_S)
    if seen:
        raise NeverHappenedError(f"nothing moved for {QUIET_WITHIN_S} s: {seen}")


def _stays_still(stage, connectors, requests) -> None:
    """Return once nothing was added for some seconds.

    :raise NeverHappenedError: when more and more comes although nobody writes
    """
    seen, since = None, time.monotonic()

    def is_still():
        nonlocal seen, since
        now = counts(stage, connectors, requests)
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > STILL_S

    until(is_still, "nothing is exchanged any more", within_s=QUIET_WITHIN_S)


# ------------------------------------------------------------------ the scene


def _peer(stage: Stage, code: str) -> Peer:
    """The CMMS of that connector."""
    secrets = stage.secrets
    return stage.hire(
        "cmms",
        f"--token={secrets.cmms_token}",
        f"--webhook-secret={secrets.cmms_webhook}",
        f"--connector={code}",
        called=code,
    )


def _connector(stage: Stage, code: str, peer: Peer) -> int:
    admin = stage.session()
    connector_id = admin.create(
        "mfg.connector",
        code=code,
        name=f"CMMS {code}",
        user_id=connection_user(admin, code, f"CMMS {code}"),
        base_url=peer.url,
        allowed_networks=PEER_NETWORK,
        outbound_secret=stage.secrets.cmms_token,
        inbound_secret=stage.secrets.cmms_webhook,
        **CONNECTOR,
    )
    admin.call("mfg.connector", "action_add_default_subscriptions", [connector_id])
    admin.call("mfg.connector", "action_go_live", [connector_id])
    return connector_id


def _requests(stage: Stage, seed: int) -> list[int]:
    """New requests, which both CMMS are asked to work on."""
    admin = stage.session()
    (equipment_id,) = admin.search(EQUIPMENT_MODEL, [("name", "=", EQUIPMENT)])
    return [
        admin.create(
            "maintenance.request",
            name=f"Soak {seed}/{number}",
            maintenance_type="corrective",
            equipment_id=equipment_id,
        )
        for number in range(REQUESTS)
    ]


def _numbers(stage: Stage, connectors: dict, requests: list[int]) -> dict:
    """``{code: {request: number at that CMMS}}``, once both have answered."""

    def known():
        rows = stage.sql(
            "SELECT connector_id, res_id, external_id FROM mfg_binding"
            " WHERE res_model = 'maintenance.request' AND connector_id = ANY(%s)"
            " AND res_id = ANY(%s)",
            list(connectors.values()),
            requests,
        )
        return rows if len(rows) == len(connectors) * len(requests) else None

    rows = until(known, "both CMMS know the requests", within_s=READY_WITHIN_S)
    return {
        code: {request: name for owner, request, name in rows if owner == connector_id}
        for code, connector_id in connectors.items()
    }


def _user(stage: Stage, requests: list[int]) -> Callable[[int, bool], bool]:
    """A user who moves requests between two stages."""
    admin = stage.session()
    stages = {
        is_done: admin.search(
            "maintenance.stage",
            [("done", "=", is_done)],
            order="sequence desc, id desc",
        )[0]
        for is_done in (False, True)
    }

    def write(number: int, is_done: bool) -> bool:
        try:
            admin.write(
                "maintenance.request", requests[number], stage_id=stages[is_done]
            )
        except OdooError as error:
            # Two at once, again and again: the user would press Save once more.
            if "serialize" in str(error) or "concurrent" in str(error):
                return False
            raise
        return True

    return write


def _technician(peer: Peer, numbers: list[str]) -> Callable[[int, bool], bool]:
    """A technician of one CMMS, who finishes and reopens its work orders."""

    def write(number: int, is_done: bool) -> bool:
        status = "FINISHED" if is_done else "WIP"
        peer.control(f"workorders/{numbers[number]}", status=status)
        return True

    return write

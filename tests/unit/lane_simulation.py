"""A model of workers, a database and a partner that runs one random schedule.

The database is a dictionary whose changes are atomic, as committed statements are. A
worker is a generator: between two of its steps anything may happen, a crash or a freeze
longer than the lease included. The partner takes a request, takes it and loses the
answer, or fails; it can be asked whether it has an id.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mfg_integration_core.protocols.lane import (
    FINAL,
    Deliver,
    HeadView,
    LaneView,
    Park,
    Recover,
    lease_deadline,
    lease_is_mine,
    may_send,
    next_step,
)

TIMEOUT_S = 20.0
RETRY_S = 10.0
MAX_ATTEMPTS = 3
MOST_STEPS = 20_000


@dataclass
class Exchange:
    """One request on its way; it arrives, or fails, even when its sender dies."""

    lane: int
    index: int
    arrives_at: float
    is_taken: bool
    is_answered: bool


@dataclass
class Plant:
    """Everything that outlives a worker: clock, rows, and the partner's ledger."""

    chance: random.Random
    lanes: list[LaneView]
    messages: list[list[HeadView]]
    ledger: list[list[int]]
    now: float = 0.0
    on_the_way: list[Exchange] = field(default_factory=list)
    overlaps: list[str] = field(default_factory=list)

    def head_index(self, lane: int) -> int | None:
        heads = enumerate(self.messages[lane])
        return next((at for at, one in heads if one.state not in FINAL), None)

    def head(self, lane: int) -> HeadView | None:
        index = self.head_index(lane)
        return None if index is None else self.messages[lane][index]

    def send(self, lane: int, index: int) -> Exchange:
        """Send one message; the client gives up, and so the end is, after TIMEOUT_S."""
        if any(one.lane == lane for one in self.on_the_way):
            self.overlaps.append(f"t={self.now}: two in flight in lane {lane}")
        exchange = Exchange(
            lane=lane,
            index=index,
            arrives_at=self.now + self.chance.uniform(0, TIMEOUT_S),
            is_taken=self.chance.random() < 0.7,
            is_answered=self.chance.random() < 0.8,
        )
        self.on_the_way.append(exchange)
        return exchange

    def pass_time(self, seconds: float) -> None:
        """Let the requests arrive that are due; the partner honours our ids."""
        self.now += seconds
        for one in sorted(self.on_the_way, key=lambda one: one.arrives_at):
            if one.arrives_at <= self.now:
                self.on_the_way.remove(one)
                if one.is_taken and one.index not in self.ledger[one.lane]:
                    self.ledger[one.lane].append(one.index)

    def is_done(self) -> bool:
        return all(self.head(lane) is None for lane in range(len(self.lanes)))


@dataclass(frozen=True)
class Result:
    """What a schedule left behind."""

    overlaps: list[str]
    accepted: list[list[int]]
    sent: list[list[int]]
    open_messages: list[int]


def simulate(seed: int, workers: int, lanes: int, messages_per_lane: int) -> Result:
    """Run the schedule that ``seed`` stands for until nothing is open."""
    chance = random.Random(seed)
    plant = Plant(
        chance=chance,
        lanes=[LaneView() for _lane in range(lanes)],
        messages=[
            [HeadView("pending") for _message in range(messages_per_lane)]
            for _lane in range(lanes)
        ],
        ledger=[[] for _lane in range(lanes)],
    )
    running = [_worker(plant, number) for number in range(workers)]
    for _step in range(MOST_STEPS):
        if plant.is_done():
            break
        number = chance.randrange(workers)
        if chance.random() < 0.03:  # crash: the process forgets where it was
            running[number] = _worker(plant, number)
        next(running[number])
        plant.pass_time(chance.choice([0.1, 0.1, 1, 5, 60]))
        _person_looks_at_parked_lanes(plant)
    return Result(
        overlaps=plant.overlaps,
        accepted=plant.ledger,
        sent=[list(range(messages_per_lane)) for _lane in range(lanes)],
        open_messages=[
            lane for lane in range(lanes) if plant.head_index(lane) is not None
        ],
    )


# ------------------------------------------------------------------
# A worker: each ``yield`` is a place where it may be overtaken, freeze or die
# ------------------------------------------------------------------


def _worker(plant: Plant, number: int) -> Iterator[None]:
    while True:
        lane = plant.chance.randrange(len(plant.lanes))
        token = f"{number}-{plant.chance.random()}"
        step = _claim(plant, lane, token)
        yield
        if isinstance(step, Deliver | Recover):
            yield from _deliver_head(plant, lane, token, step)


def _claim(plant: Plant, lane: int, token: str):
    """One committed statement: take the lease and mark the head as being delivered."""
    step = next_step(plant.lanes[lane], plant.head(lane), plant.now)
    if isinstance(step, Deliver | Recover):
        until = lease_deadline(plant.now, TIMEOUT_S)
        plant.lanes[lane] = LaneView(lease_token=token, lease_until=until)
        _write_head(plant, lane, state="delivering", attempt_count=step.attempt)
    return step


def _deliver_head(plant: Plant, lane: int, token: str, step) -> Iterator[None]:
    index = plant.head_index(lane)
    if not may_send(plant.lanes[lane], token, plant.now, TIMEOUT_S):
        return
    is_taken = isinstance(step, Recover) and index in plant.ledger[lane]
    if not is_taken:
        exchange = plant.send(lane, index)
        while exchange in plant.on_the_way:
            yield
        is_taken = exchange.is_taken and exchange.is_answered
    yield
    _write_result(plant, lane, token, is_taken, step.attempt)


def _write_result(plant: Plant, lane: int, token: str, is_taken: bool, attempt: int):
    """Results count only under a valid lease, and give it back."""
    if not lease_is_mine(plant.lanes[lane], token, plant.now):
        return
    plant.lanes[lane] = LaneView()
    if is_taken:
        _write_head(plant, lane, state="delivered")
    elif attempt < MAX_ATTEMPTS:
        due_at = plant.now + RETRY_S
        _write_head(plant, lane, state="retry", next_attempt_at=due_at)
    else:
        _write_head(plant, lane, state="dead", next_attempt_at=None)


def _write_head(plant: Plant, lane: int, **values) -> None:
    index = plant.head_index(lane)
    plant.messages[lane][index] = replace(plant.messages[lane][index], **values)


def _person_looks_at_parked_lanes(plant: Plant) -> None:
    for lane, view in enumerate(plant.lanes):
        step = next_step(view, plant.head(lane), plant.now)
        if isinstance(step, Park) and plant.chance.random() < 0.2:
            _write_head(plant, lane, state="retry", attempt_count=0)

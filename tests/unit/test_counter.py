"""Counters: any way in which their readings arrive gives the same totals."""

from collections import Counter as Tally
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_edge.protocols.counter import (
    UNNUMBERED,
    Counter,
    Place,
    Reading,
    increment,
)

NOON = datetime(2026, 3, 2, 12)


def reading(number, total, boot=1, rollover_at=None):
    place = Place(boot, number, NOON, number)
    limit = None if rollover_at is None else Decimal(rollover_at)
    return Reading(place, Decimal(str(total)), limit)


def by_time(seconds, total, arrival):
    moment = NOON + timedelta(seconds=seconds)
    return Reading(Place(UNNUMBERED, UNNUMBERED, moment, arrival), Decimal(total))


@pytest.mark.parametrize(
    ("previous", "now", "added"),
    [
        (None, reading(1, 65512), 0),
        (reading(1, 40), reading(2, 47), 7),
        (reading(1, 40), reading(2, 40), 0),
        (reading(1, "0.1"), reading(2, "0.3"), "0.2"),
        (reading(1, 40), reading(2, 5), 5),
        (reading(1, 65512), reading(2, 10, rollover_at=65536), 34),
        (reading(1, 500), reading(2, 3, rollover_at=65536), 3),
        (reading(1, 65512), reading(2, 10, boot=2, rollover_at=65536), 10),
        (reading(1, 100), reading(2, 150, boot=2), 50),
        (reading(1, 100), reading(2, 0, boot=2), 0),
        (reading(1, 70000), reading(2, 10, rollover_at=65536), 10),
    ],
    ids=[
        "the first of all is where it stood",
        "higher",
        "equal",
        "fractions are decimals",
        "lower without a word is a reset",
        "lower near the end is a rollover",
        "lower by more than half a turn is a reset",
        "lower after a restart is a reset",
        "higher after a restart goes on",
        "zero after a restart",
        "a total that its own limit forbids is a reset",
    ],
)
def test_g9_what_a_reading_adds(previous, now, added):
    assert increment(previous, now) == Decimal(str(added))


def test_g9_late_reading_takes_from_its_successor_what_it_adds_itself():
    counter = Counter()
    counter.take([reading(1, 10), reading(3, 30)])

    changes = counter.take([reading(2, 25)])

    assert [changes[p] for p in sorted(changes)] == [15, -15]


def test_g9_late_reading_reveals_what_was_made_before_a_reset():
    counter = Counter()
    counter.take([reading(1, 10), reading(3, 5)])

    changes = counter.take([reading(2, 40)])

    assert sum(changes.values()) == 30


def test_g9_reading_before_the_first_becomes_where_the_counter_stood():
    counter = Counter()
    counter.take([reading(5, 100), reading(6, 110)])

    changes = counter.take([reading(4, 90)])

    assert sum(changes.values()) == 10


def test_g9_readings_without_numbers_go_by_their_time_and_then_by_arrival():
    counter = Counter()

    counter.take([by_time(9, 30, 1), by_time(1, 10, 2), by_time(9, 32, 3)])

    assert sum(counter.added.values()) == 22


# -------------------------------------------------------------- any way of arrival


@dataclass(frozen=True)
class Sent:
    """A reading as its machine sent it, and the order it was made for."""

    event_id: int
    order: str
    reading: Reading


@st.composite
def days(draw):
    """What a machine sends: counting on, resets, rollovers, restarts, other orders.

    :return: ``(events, what was made for which order after the first reading)``
    """
    turn = draw(st.sampled_from([None, Decimal(1000)]))
    # Thousandths are exact as decimals and not as binary fractions.
    units = st.integers(0, 499_999).map(lambda n: Decimal(n) / 1000)
    steps = st.lists(st.one_of(units, st.sampled_from(["reset", "restart", "order"])))
    boot, number, total, order = 1, 1, draw(units), "A"
    made, events = Tally(), []

    def send():
        place = Place(boot, number, NOON, len(events))
        events.append(Sent(len(events), order, Reading(place, total, turn)))

    send()
    for step in draw(steps):
        if step == "order":
            order = "B" if order == "A" else "A"
            continue
        number += 1
        if step == "restart":
            boot, number, total = boot + 1, 1, Decimal(0)
        elif step == "reset":
            # In the upper half it would be a rollover, and nobody could tell.
            total = total if turn and total >= turn / 2 else Decimal(0)
        else:
            total = (total + step) % turn if turn else total + step
            made[order] += step
        send()
    return events, {order: units for order, units in made.items() if units}


class Ledger:
    """What the aggregation does, without a database."""

    def __init__(self):
        self.counter, self.known, self.posted = Counter(), {}, Tally()

    def take(self, events):
        """Aggregate a batch; ids that are known are dropped, as by the door."""
        fresh = {}
        for event in events:
            if event.event_id not in self.known:
                self.known[event.event_id] = fresh[event.event_id] = event
        changes = self.counter.take(event.reading for event in fresh.values())
        order_at = {e.reading.place: e.order for e in self.known.values()}
        for place, change in changes.items():
            self.posted[order_at[place]] += change


@st.composite
def arrivals(draw, events):
    """The events in any order, some repeated, cut into batches; which ones crash."""
    repeated = draw(st.lists(st.sampled_from(events), max_size=4))
    disordered = draw(st.permutations([*events, *repeated]))
    batches = []
    while disordered:
        size = draw(st.integers(1, len(disordered)))
        batches.append((disordered[:size], draw(st.integers(0, 2))))
        disordered = disordered[size:]
    return batches


def posted(batches):
    ledger = Ledger()
    for batch, crashes in batches:
        for _crash in range(crashes):
            # What a transaction did that was not committed is gone.
            deepcopy(ledger).take(batch)
        ledger.take(batch)
    return {order: total for order, total in ledger.posted.items() if total}


@given(days())
def test_g9_clean_stream_posts_what_was_made_to_the_last_digit(day):
    events, made = day

    assert posted([(events, 0)]) == made


@given(st.data())
def test_g9_any_arrival_of_a_counter_posts_what_the_clean_stream_posts(data):
    events, made = data.draw(days())

    assert posted(data.draw(arrivals(events))) == made

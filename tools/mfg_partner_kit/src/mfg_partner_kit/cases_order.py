"""Events that come again, late, or in another order than they happened."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from .case import Case, Expected, Step, single
from .events import Events, encode, moment
from .good_data import good_data

REPEATED, LATE, REORDERED = "repeated", "late", "re-ordered"
_AT_ONCE = 4


def cases(events: Events, expected: Expected, seed: int) -> Iterator[Case]:
    yield from _repeated(events, expected)
    yield _conflict(events, expected, seed)
    yield from _late(events, expected)
    yield from _reordered(events, expected)


def _repeated(events: Events, expected: Expected) -> Iterator[Case]:
    event = events.event()
    first = events.letter("an event", event)
    again = replace(first, about="the same again")
    steps = [Step(first, expected.taken(event["id"]))]
    steps += [Step(again, expected.repeated())] * 2
    yield Case(REPEATED, "the same event three times", tuple(steps))

    event = events.event()
    first = events.letter("an event", event)
    turned = dict(reversed(event.items()))
    again = replace(first, about="its members in another order", body=encode(turned))
    steps = [Step(first, expected.taken(event["id"])), Step(again, expected.repeated())]
    yield Case(REPEATED, "the same event, written differently", tuple(steps))

    letter = events.letter("an event, at once with itself")
    step = Step(letter, expected.once())
    yield Case(
        REPEATED, f"the same event {_AT_ONCE} times at once", (step,) * _AT_ONCE, True
    )


def _conflict(events: Events, expected: Expected, seed: int) -> Case:
    event = events.event()
    others = (data for _about, data in good_data(events.contract, seed, 5))
    data = next((data for data in others if data != event["data"]), event["data"])
    other = {**event, "data": data, "kitnote": "not the first one"}
    steps = (
        Step(events.letter("an event", event), expected.taken(event["id"])),
        Step(events.letter("another under its id", other), expected.conflict()),
    )
    return Case(REPEATED, "the same id with another body", steps)


def _late(events: Events, expected: Expected) -> Iterator[Case]:
    recorded = moment(events.now)
    for about, age, more in (
        ("an event of yesterday", timedelta(days=1), {}),
        ("sent after an outage", timedelta(hours=9), {"recordedtime": recorded}),
        ("a fact of last year", timedelta(days=365), {"historical": True}),
        ("a clock that is ahead", -timedelta(minutes=20), {}),
    ):
        event = events.event(time=moment(events.now - age), **more)
        letter = events.letter(about, event)
        yield single(LATE, about, letter, expected.taken(event["id"]))


def _reordered(events: Events, expected: Expected) -> Iterator[Case]:
    for title, order in (
        ("the third before the first and second", (3, 1, 2)),
        ("the last first", (10, 9)),
    ):
        steps = []
        for place in order:
            when = moment(events.now + timedelta(milliseconds=place))
            event = events.event(sequence=str(place), time=when)
            letter = events.letter(f"sequence {place}", event)
            steps.append(Step(letter, expected.taken(event["id"])))
        yield Case(REORDERED, title, tuple(steps))

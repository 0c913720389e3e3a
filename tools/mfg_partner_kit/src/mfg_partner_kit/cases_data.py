"""Events with good and with bad data, all found from the contract."""

from collections.abc import Iterator

from .bad_data import bad_data
from .case import Case, Expected, single
from .events import Events
from .good_data import good_data

GOOD, BAD = "good", "bad"


def cases(events: Events, expected: Expected, seed: int, count: int) -> Iterator[Case]:
    """:param count: good events with generated values"""
    for about, data in good_data(events.contract, seed, count):
        event = events.event(data)
        letter = events.letter(about, event)
        yield single(GOOD, about, letter, expected.taken(event["id"]))
    for bad in bad_data(events.contract, seed):
        letter = events.letter(bad.about, events.event(bad.data))
        pointer = f"/data{bad.pointer}"
        wanted = expected.refused(400, "schema_violation", pointer)
        yield single(BAD, bad.about, letter, wanted)
    if not events.contract.accepts(None):
        event = events.event()
        del event["data"]
        letter = events.letter("an event without data", event)
        wanted = expected.refused(400, "schema_violation", "/data")
        yield single(BAD, "/data is missing", letter, wanted)

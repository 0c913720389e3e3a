"""Events whose CloudEvents attributes are unusual or wrong.

Source: CloudEvents 1.0.2; the limits of lengths are the hub's.
"""

from collections.abc import Iterator

from .case import Case, Expected, single
from .cases_data import BAD, GOOD
from .events import Events
from .places import ABSENT

_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#: What is unusual, and the attributes that are so.
_UNUSUAL = (
    ("an extension nobody knows", {"kitnote": "of no use", "kitcount": 7}),
    ("a trace", {"traceparent": _TRACE}),
    ("no subject, no time", {"subject": ABSENT, "time": ABSENT}),
    ("no datacontenttype", {"datacontenttype": ABSENT}),
    ("attributes that are null", {"dataschema": None, "causationid": None}),
    ("a time with an offset", {"time": "2026-03-02T13:44:03.123456+05:30"}),
)
#: What is wrong, its place, and the attributes that make it so.
_WRONG = (
    ("id is missing", "/id", {"id": ABSENT}),
    ("id is empty", "/id", {"id": ""}),
    ("id is a number", "/id", {"id": 17}),
    ("id is too long", "/id", {"id": "x" * 257}),
    ("source is missing", "/source", {"source": ABSENT}),
    ("source is an object", "/source", {"source": {}}),
    ("type is missing", "/type", {"type": ABSENT}),
    ("specversion is missing", "/specversion", {"specversion": ABSENT}),
    ("specversion is 0.3", "/specversion", {"specversion": "0.3"}),
    ("subject is a number", "/subject", {"subject": 17}),
    ("time has no offset", "/time", {"time": "2026-03-02T08:14:03"}),
    ("time is no moment", "/time", {"time": "yesterday"}),
    ("data is said to be XML", "/datacontenttype", {"datacontenttype": "text/xml"}),
    ("an attribute name has capitals", "/kitNote", {"kitNote": "x"}),
    ("an attribute is an object", "/kitnote", {"kitnote": {}}),
)


def cases(events: Events, expected: Expected) -> Iterator[Case]:
    for about, attributes in _UNUSUAL:
        event = _with(events, attributes)
        letter = events.letter(about, event)
        yield single(GOOD, f"envelope: {about}", letter, expected.taken(event["id"]))
    for about, pointer, attributes in _WRONG:
        letter = events.letter(about, _with(events, attributes))
        wanted = expected.refused(400, "bad_envelope", pointer)
        yield single(BAD, f"envelope: {about}", letter, wanted)
    about = "a type that nobody knows"
    letter = events.letter(about, events.event(type="mfg.no_such_thing.happened.v1"))
    wanted = expected.refused(400, "unknown_event_type")
    yield single(BAD, f"envelope: {about}", letter, wanted)


def _with(events: Events, attributes: dict) -> dict:
    event = {**events.event(), **attributes}
    return {name: value for name, value in event.items() if value is not ABSENT}

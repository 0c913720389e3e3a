"""What only our own doors promise: batches, other media types, limits, progress."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

from .case import Case, Step, single
from .cases_data import BAD, GOOD
from .events import Events, encode
from .hub_duties import ACCEPTED, CONFLICT, DUPLICATE, INVALID, HubDuties
from .letter import BATCH, LINES, PLAIN

BATCHES, LIMITS, PROGRESS = "batch", "limits", "progress"
DOOR = re.compile(
    r"(?P<root>.*/mfg/v1/)(?P<kind>events|edge)/(?P<code>[^/]+)(/events)?"
)
#: Over the limit of a connector that nobody changed.
OVER_LIMIT_BYTES = 1024 * 1024 + 1
#: Over the limit that no connector can be above.
OVER_HARD_LIMIT_BYTES = 16 * 1024 * 1024 + 1
_GZIP = {"content-encoding": "gzip"}


def cases(events: Events, expected: HubDuties, path: str) -> Iterator[Case]:
    """:param path: of the door, as ``DOOR`` has it"""
    yield from _media(events, expected)
    yield from _batches(events, expected)
    yield from _refused_batches(events, expected)
    yield from _limits(events, expected)
    yield from _addresses(events, expected, path)


def _media(events: Events, expected: HubDuties) -> Iterator[Case]:
    for about, media in (
        ("the media type application/json", PLAIN),
        ("charset UTF-8", "application/cloudevents+json; charset=UTF-8"),
    ):
        event = events.event()
        letter = events.letter(about, event, content_type=media)
        yield single(GOOD, f"body: {about}", letter, expected.taken(event["id"]))
    event = events.event()
    packed = gzip.compress(encode(event))
    letter = events.letter("gzip", event, body=packed, headers=_GZIP)
    yield single(GOOD, "body: gzip", letter, expected.taken(event["id"]))

    cut = replace(letter, about="gzip, cut off", body=packed[:-9])
    wanted = expected.refused(400, "bad_encoding")
    yield single(BAD, "body: gzip that is cut off", cut, wanted)
    letter = events.letter("br", headers={"content-encoding": "br"})
    wanted = expected.refused(415, "unsupported_encoding")
    yield single(BAD, "body: an encoding nobody reads", letter, wanted)
    latin = "application/cloudevents+json; charset=latin-1"
    letter = events.letter("charset latin-1", content_type=latin)
    wanted = expected.refused(415, "unsupported_charset")
    yield single(BAD, "body: another charset", letter, wanted)
    letter = events.letter("U+0000", events.event(kitnote="a\x00b"))
    wanted = expected.refused(400, "not_storable")
    yield single(BAD, "body: a character that cannot be stored", letter, wanted)


def _batches(events: Events, expected: HubDuties) -> Iterator[Case]:
    for about, media, write in (
        ("a batch", BATCH, encode),
        ("an array as application/json", PLAIN, encode),
        ("lines of JSON", LINES, lambda batch: b"\n".join(map(encode, batch))),
    ):
        good, again, bad = events.event(), events.event(), events.event(17)
        other = {**again, "kitnote": "not the first one"}
        batch = [good, bad, again, good, other]
        statuses = (ACCEPTED, INVALID, ACCEPTED, DUPLICATE, CONFLICT)
        wanted = [
            (event["id"], status) for event, status in zip(batch, statuses, strict=True)
        ]
        letter = events.letter(about, good, body=write(batch), content_type=media)
        title = f"{about}: good, bad, good, the first again, an id used before"
        yield single(BATCHES, title, letter, expected.results(*wanted))
    letter = events.letter("an empty batch", body=b"[]", content_type=BATCH)
    yield single(BATCHES, "an empty batch", letter, expected.results())


def _refused_batches(events: Events, expected: HubDuties) -> Iterator[Case]:
    letter = events.letter("one event as batch", content_type=BATCH)
    wanted = expected.refused(400, "not_an_event")
    yield single(BATCHES, "one event under the batch's media type", letter, wanted)
    letter = events.letter("text in a batch", body=b'["x"]', content_type=BATCH)
    wanted = expected.refused(400, "not_an_event", "/0")
    yield single(BATCHES, "a batch of texts", letter, wanted)


def _limits(events: Events, expected: HubDuties) -> Iterator[Case]:
    spaces = b" " * OVER_HARD_LIMIT_BYTES
    for about, changes in (
        ("a body of 1 MiB and a byte", {"body": spaces[:OVER_LIMIT_BYTES]}),
        ("a body of 16 MiB and a byte", {"body": spaces}),
        ("16 MiB in gzip", {"body": gzip.compress(spaces), "headers": _GZIP}),
    ):
        letter = events.letter(about, **changes)
        wanted = expected.refused(413, "body_too_large")
        yield single(LIMITS, about, letter, wanted)


def _addresses(events: Events, expected: HubDuties, path: str) -> Iterator[Case]:
    door = DOOR.fullmatch(path)
    start, end = door.span("code" if door["code"] else "edge")
    nobody = f"{path[:start]}no-such-connector-of-yours{path[end:]}"
    letter = events.letter("another connector", path=nobody)
    wanted = expected.refused(404, "unknown_connector")
    yield single(PROGRESS, "a connector that does not exist", letter, wanted)

    def ask(answers):
        result = answers[-1].json
        uuid = result.get("uuid") if isinstance(result, dict) else None
        asked = f"{door['root']}messages/{uuid}"
        return events.letter("how far it came", body=b"", method="GET", path=asked)

    event = events.event()
    steps = (
        Step(events.letter("an event", event), expected.taken(event["id"])),
        Step(ask, expected.progress()),
    )
    yield Case(PROGRESS, "how far an event came", steps)

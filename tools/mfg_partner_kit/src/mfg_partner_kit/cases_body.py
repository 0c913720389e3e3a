"""Bodies that are no event at all."""

from collections.abc import Iterator

from .case import Case, Expected, single
from .cases_data import BAD
from .events import Events, encode


def cases(events: Events, expected: Expected) -> Iterator[Case]:
    whole = encode(events.event())
    for about, code, body in (
        ("nothing", "not_json", b""),
        ("half an event", "not_json", whole[: len(whole) // 2]),
        ("a comma too many", "not_json", whole[:-1] + b",}"),
        ("NaN", "not_json", b'{"specversion": NaN}'),
        ("bytes that are not UTF-8", "not_json", b'{"id": "\xe9\xff"}'),
        ("a list under the media type of one event", "not_an_event", b"[]"),
        ("text instead of an object", "not_an_event", b'"event"'),
    ):
        letter = events.letter(about, body=body)
        yield single(BAD, f"body: {about}", letter, expected.refused(400, code))
    letter = events.letter("an event as text/plain", content_type="text/plain")
    wanted = expected.refused(415, "unsupported_media")
    yield single(BAD, "body: an event as text/plain", letter, wanted)

"""Signatures that prove the sender, and those that do not.

Source: Standard Webhooks, "Verifying signatures".
"""

from collections.abc import Iterator

from .case import Case, Expected, single
from .events import Events
from .letter import SIGNATURE
from .signature import FOREIGN_SECRET

GROUP = "signature"
#: Old and early enough for every tolerance in use.
_STALE_S = 30 * 24 * 3600
_ANOTHER = "v1,bm9ib2R5IHNpZ25lZCB0aGlzIG9uZSBhdCBhbGwuLi4="


def cases(events: Events, expected: Expected) -> Iterator[Case]:
    for about, changes in (
        ("two signatures, the second is right", {"signature": _ANOTHER + " {}"}),
        ("a version nobody knows beside the right one", {"signature": "v9,eA== {}"}),
        ("the clock a minute behind", {"age_s": 60}),
    ):
        event = events.event()
        letter = events.letter(about, event, **changes)
        yield single(GROUP, about, letter, expected.taken(event["id"]))
    for about, code, changes in (
        ("no signature", "signature_missing", {"without": (SIGNATURE,)}),
        ("no webhook-id", "signature_missing", {"without": ("webhook-id",)}),
        ("no timestamp", "signature_missing", {"without": ("webhook-timestamp",)}),
        ("a signature that is none", "signature_malformed", {"signature": "secret"}),
        ("signed with another secret", "signature_wrong", {"secret": FOREIGN_SECRET}),
        ("a signature of other bytes", "signature_wrong", {"signed": b"{}"}),
        ("an empty signature", "signature_wrong", {"signature": "v1,"}),
        ("a timestamp of last month", "signature_stale", {"age_s": _STALE_S}),
        ("a timestamp of next month", "signature_stale", {"age_s": -_STALE_S}),
    ):
        letter = events.letter(about, **changes)
        yield single(GROUP, about, letter, expected.refused(401, code))

"""Whether two answers name the same thing, as far as one can see from outside."""

import re
from collections.abc import Iterator

from .line import Answer

#: Members that name what was made; others may differ, such as times and remarks.
_NAMING = re.compile(
    r"id|uuid|guid|key|no|nr|num(ber)?|code|ref(erence)?|name|href|url|self|location"
    r"|.*(_|-)(id|uuid|no|nr|number|ref|reference|key|code)|.*[a-z](Id|No|Number|Ref)"
)


def difference(first: Answer, second: Answer) -> str | None:
    """What the second answer calls differently, in words; None when nothing.

    A member that only one of the answers has tells nothing.
    """
    before, after = dict(_names(first)), dict(_names(second))
    for place, value in before.items():
        if place in after and after[place] != value:
            return f"{place} was {value!r} and is {after[place]!r}"
    return None


def _names(answer: Answer) -> Iterator[tuple[str, object]]:
    if "location" in answer.headers:
        yield "the header Location", answer.headers["location"]
    pending = [("", answer.json)]
    while pending:
        place, value = pending.pop()
        if isinstance(value, dict):
            for name, part in value.items():
                if isinstance(part, (dict, list)):
                    pending.append((f"{place}/{name}", part))
                elif _NAMING.fullmatch(name):
                    yield f"{place}/{name}", part
        elif isinstance(value, list):
            pending += [(f"{place}/{at}", part) for at, part in enumerate(value)]

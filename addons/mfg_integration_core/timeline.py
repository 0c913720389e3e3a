"""Moments of a story, in the one shape that the timeline on the screens draws."""

from datetime import timezone
from typing import NamedTuple

#: What happens at one instant is shown cause first.
KINDS = (
    "event",
    "state",
    "document",
    "hold",
    "work",
    "posting",
    "message",
    "attempt",
    "note",
    "end",
)
#: How the outcome of an attempt looks.
ATTEMPT_TONES = {
    "succeeded": "success",
    "retryable": "warning",
    "permanent": "danger",
    "abandoned": "warning",
}


class Look(NamedTuple):
    """How the timeline tells of an audited action.

    :param kind: one of :data:`KINDS`
    :param icon: of Font Awesome
    :param title: speaks of ``%(document)s``, of what was and what is (``%(old)s``,
        ``%(new)s``, states as a person writes them), of what is as it was written down
        (``%(name)s``); without one it says what changed
    """

    kind: str
    icon: str
    tone: str
    title: str = ""


#: Of actions that nobody said more about.
OTHER_LOOK = Look("note", "fa-info-circle", "info")


def moment(record, at, kind, title, detail, icon, tone, opens=None, shift=""):
    """One entry of the timeline, its time still a naive UTC ``datetime``.

    :param shift: in which it happened, in words; told where it matters
    """
    model, record_id = opens or (record._name, record.id)
    return {
        "at": at,
        "kind": kind,
        "title": title,
        "detail": detail or "",
        "icon": icon,
        "tone": tone,
        "model": model or None,
        "id": record_id or None,
        "shift": shift or None,
        "order": (at, KINDS.index(kind), record.id),
    }


def in_order(moments: list) -> list:
    """The moments from first to last, as JSON takes them, with the time elapsed."""
    moments = sorted(moments, key=lambda moment: moment["order"])
    return [
        {
            **{key: value for key, value in moment.items() if key != "order"},
            "at": _iso(moment["at"]),
            "elapsed_s": round((moment["at"] - moments[0]["at"]).total_seconds(), 3),
        }
        for moment in moments
    ]


def _iso(at) -> str:
    """A naive UTC moment as RFC 3339 with milliseconds."""
    text = at.replace(tzinfo=timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")

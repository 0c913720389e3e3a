"""Moments of a story, in the one shape that the timeline on the screens draws."""

from datetime import timezone

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

"""The body of a request, exactly as the sender signed it."""

from dataclasses import dataclass

#: No connector may allow more than this; what is longer is not even read.
HARD_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class RawBody:
    """Bytes as they came over the wire; ``None`` when there were too many."""

    data: bytes | None


def capture(httprequest) -> RawBody:
    """Read the body once, before Odoo would parse a form out of it."""
    if (httprequest.content_length or 0) > HARD_LIMIT_BYTES:
        return RawBody(None)
    # Cached, since Odoo runs a request again after a serialization failure.
    data = httprequest.get_data(cache=True)
    return RawBody(data if len(data) <= HARD_LIMIT_BYTES else None)

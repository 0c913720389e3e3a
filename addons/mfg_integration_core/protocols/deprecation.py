"""Contracts on their way out: since when, until when, and what takes their place.

A contract says so itself, beside the keyword ``deprecated`` of JSON Schema::

    "deprecated": true,
    "x-mfg-deprecated": "2026-09-01",
    "x-mfg-sunset": "2027-09-01",
    "x-mfg-successor": "mfg.machine.count.v2"

Until its sunset it is taken like any other; the answer says that it was used.

Source: RFC 9745 (Deprecation), RFC 8594 (Sunset), RFC 8288 (Link), RFC 5829
(``successor-version``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from email.utils import format_datetime

from ..exceptions import ConfigurationError


@dataclass(frozen=True)
class Deprecation:
    """How one event type goes out of use.

    :ivar since: first day on which it is deprecated, which may still come
    :ivar sunset: first day on which it may be gone
    :ivar successor: the event type to use instead, if there is one
    """

    event_type: str
    since: date
    sunset: date
    successor: str | None

    @classmethod
    def of(cls, event_type: str, schema: Mapping) -> Deprecation | None:
        """What a contract says of itself; None when it is not deprecated.

        :raise ConfigurationError: it is, and does not say from when to when
        """
        if schema.get("deprecated") is not True:
            return None
        try:
            since = date.fromisoformat(schema["x-mfg-deprecated"])
            sunset = date.fromisoformat(schema["x-mfg-sunset"])
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"The contract of {event_type} is deprecated; give it x-mfg-deprecated"
                " and x-mfg-sunset, each a day such as 2027-09-01."
            ) from error
        if sunset < since:
            raise ConfigurationError(
                f"The contract of {event_type} ends before it is deprecated. Correct"
                " x-mfg-deprecated or x-mfg-sunset."
            )
        return cls(event_type, since, sunset, schema.get("x-mfg-successor"))

    def facts(self) -> dict:
        """What the list of contracts tells of it."""
        told = {
            "deprecated": self.since.isoformat(),
            "sunset": self.sunset.isoformat(),
            "successor": self.successor,
        }
        return {name: value for name, value in told.items() if value}


def headers(deprecations: Iterable[Deprecation]) -> dict[str, str]:
    """Header fields of an answer to who used them; the earliest days count."""
    found = sorted(deprecations, key=lambda one: one.event_type)
    if not found:
        return {}
    links = []
    for one in found:
        links.append(_link(one.event_type, "deprecation"))
        if one.successor:
            links.append(_link(one.successor, "successor-version"))
    return {
        "Deprecation": f"@{int(_midnight(min(o.since for o in found)).timestamp())}",
        "Sunset": format_datetime(_midnight(min(o.sunset for o in found)), usegmt=True),
        "Link": ", ".join(links),
    }


def _link(event_type: str, relation: str) -> str:
    return f'</mfg/v1/contracts/{event_type}>; rel="{relation}"'


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)

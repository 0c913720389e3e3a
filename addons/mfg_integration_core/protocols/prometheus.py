"""The text that Prometheus reads: metric families with their samples.

Source: Prometheus, "Exposition formats", text format 0.0.4.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Family:
    """One metric with all its samples.

    :ivar kind: ``gauge``, ``counter`` (its name ends with ``_total``) or ``histogram``
    """

    name: str
    kind: str
    about: str
    samples: list[tuple[str, Mapping[str, str], float]] = field(default_factory=list)

    def add(self, value: float, suffix: str = "", **labels: str) -> None:
        """One more sample; ``suffix`` is for the parts of a histogram."""
        self.samples.append((suffix, labels, value))

    def add_histogram(
        self, buckets: Mapping[float, float], count: float, total: float, **labels: str
    ) -> None:
        """The samples of one histogram.

        :param buckets: how many were at most so large, by bound, smallest first
        :param count: how many there were at all
        :param total: their sum
        """
        for bound, at_most in buckets.items():
            self.add(at_most, "_bucket", **labels, le=_number(bound))
        self.add(count, "_bucket", **labels, le="+Inf")
        self.add(total, "_sum", **labels)
        self.add(count, "_count", **labels)


def render(families: Iterable[Family]) -> str:
    """The whole exposition; a family without samples is left out."""
    return "".join(
        f"{line}\n" for family in families if family.samples for line in _lines(family)
    )


def _lines(family: Family) -> Iterator[str]:
    about = family.about.replace("\\", "\\\\").replace("\n", "\\n")
    yield f"# HELP {family.name} {about}"
    yield f"# TYPE {family.name} {family.kind}"
    for suffix, labels, value in family.samples:
        named = ",".join(f'{name}="{_escaped(labels[name])}"' for name in labels)
        selector = f"{{{named}}}" if named else ""
        yield f"{family.name}{suffix}{selector} {_number(value)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(float(value))

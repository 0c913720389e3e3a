"""Reads Odoo's log: what is its own known noise, and what is a fault of ours."""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): (?P<text>.*)"
)
SERIOUS = {"WARNING", "ERROR", "CRITICAL"}


@dataclass(frozen=True)
class Noise:
    """A kind of log line above INFO that is no fault of the suite.

    :param logger: pattern of the logger's name
    :param text: pattern found in the line
    :param reason: why Odoo writes it here
    """

    logger: str
    text: str
    reason: str


KNOWN_NOISE = (
    Noise(
        r"odoo\.(sql_db|modules\.db|service\.db)",
        r"pg_trgm|trigram",
        "the embedded PostgreSQL has no contrib modules; trigram indexes are left out",
    ),
    Noise(
        r"odoo\.sql_db",
        r"could not serialize access|deadlock detected|could not obtain lock",
        "said before the transaction is tried again; tests of races provoke it",
    ),
)


@dataclass(frozen=True)
class LogLine:
    """One entry of an Odoo log, a traceback or SQL statement that follows included."""

    level: str
    logger: str
    text: str

    def is_serious(self) -> bool:
        """True for WARNING and above, except what the table of noise has."""
        return self.level in SERIOUS and not any(
            re.match(noise.logger, self.logger) and re.search(noise.text, self.text)
            for noise in KNOWN_NOISE
        )

    def __str__(self):
        return f"{self.level} {self.logger}: {self.text}"


def parse(log: str) -> list[LogLine]:
    """The entries of an Odoo log; lines without a head join the one before them."""
    entries: list[LogLine] = []
    for raw in log.splitlines():
        found = LINE.match(raw)
        if found:
            entries.append(LogLine(found["level"], found["logger"], found["text"]))
        elif entries:
            last = entries[-1]
            entries[-1] = LogLine(last.level, last.logger, f"{last.text}\n{raw}")
    return entries


def serious(log: str) -> list[LogLine]:
    """The entries of WARNING and above that are not known noise."""
    return [entry for entry in parse(log) if entry.is_serious()]

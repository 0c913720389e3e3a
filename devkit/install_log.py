"""Reads an installation's log: what is Odoo's own known noise, and what is ours."""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>\S+): (?P<text>.*)"
)
SERIOUS = {"WARNING", "ERROR", "CRITICAL"}


@dataclass(frozen=True)
class Noise:
    """A kind of log line that Odoo writes by itself on a machine like ours.

    :param logger: start of the logger's name
    :param text: pattern found in the line
    :param reason: why it is no fault of the suite
    """

    logger: str
    text: str
    reason: str


KNOWN_NOISE = (
    Noise(
        "odoo.sql_db",
        r"CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "the embedded PostgreSQL has no contrib modules; trigram indexes are left out",
    ),
    Noise(
        "odoo.modules.db|odoo.service.db",
        r"pg_trgm|trigram|Unable to create PostgreSQL extension",
        "the same, said again by the module that asked for it",
    ),
    Noise(
        "odoo.modules.registry",
        r"Missing not-null constraint|Unaccent",
        "Odoo's own columns, filled later in the same installation",
    ),
)


@dataclass(frozen=True)
class LogLine:
    """One line of an Odoo log, with the lines that follow without a head of their own."""

    level: str
    logger: str
    text: str

    def is_known_noise(self) -> bool:
        """True when the table has it."""
        return any(
            re.match(noise.logger, self.logger) and re.search(noise.text, self.text)
            for noise in KNOWN_NOISE
        )

    def __str__(self):
        return f"{self.level} {self.logger}: {self.text}"


def parse(log: str) -> list[LogLine]:
    """The lines of an Odoo log; tracebacks and SQL join the line they belong to."""
    lines: list[LogLine] = []
    for raw in log.splitlines():
        found = LINE.match(raw)
        if found:
            lines.append(LogLine(found["level"], found["logger"], found["text"]))
        elif lines:
            last = lines[-1]
            lines[-1] = LogLine(last.level, last.logger, f"{last.text}\n{raw}")
    return lines


def serious(log: str) -> list[LogLine]:
    """Lines of WARNING and above that are not known noise."""
    return [
        line
        for line in parse(log)
        if line.level in SERIOUS and not line.is_known_noise()
    ]

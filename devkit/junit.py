"""Adds up what test runs reported in JUnit XML."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

#: Of why a test failed, in the last lines of a run; the rest stands where it failed.
REASON_LENGTH = 300


@dataclass
class Tally:
    """How many tests passed, failed and were skipped; of the last two name and why."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def total(self) -> int:
        return self.passed + len(self.failed) + len(self.skipped)

    def __str__(self):
        counts = (self.passed, len(self.failed), len(self.skipped))
        return "{} passed, {} failed, {} skipped".format(*counts)


def read(file: Path, prefix: str) -> Tally:
    """The tally of one report; a run that left none, or a broken one, is one failure.

    :param prefix: put before each name, to tell the same test of two runs apart
    """
    tally = Tally()
    try:
        root = ElementTree.parse(file).getroot()
    except (FileNotFoundError, ElementTree.ParseError):
        tally.failed.append(f"{prefix}: the run ended without a report")
        return tally
    for case in root.iter("testcase"):
        name = f"{prefix}: {case.get('classname')}.{case.get('name')}"
        outcomes = {child.tag: child for child in case}
        failure = outcomes.get("failure", outcomes.get("error"))
        if failure is not None:
            tally.failed.append(f"{name} ({_reason(failure)})")
        elif "skipped" in outcomes:
            tally.skipped.append(f"{name} ({_reason(outcomes['skipped'])})")
        else:
            tally.passed += 1
    return tally


def _reason(outcome: ElementTree.Element) -> str:
    """The first line of why."""
    lines = (outcome.get("message") or "").strip().splitlines()
    return lines[0][:REASON_LENGTH] if lines else "no reason given"

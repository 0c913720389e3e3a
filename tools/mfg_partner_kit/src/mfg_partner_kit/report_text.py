"""The report as a table in plain text."""

from collections.abc import Iterator

from .report import Report
from .trial import Finding, Outcome

_TITLE_WIDTH = 60


def head() -> str:
    """The line above the table."""
    return _line("", "group", "case", "answers", "seconds")


def row(outcome: Outcome) -> str:
    """One case as a line of the table."""
    answers = [exchange.answer for exchange in outcome.exchanges]
    return _line(
        "FAIL" if outcome.findings else "ok",
        outcome.case.group,
        outcome.case.title,
        " ".join(str(answer.status or "-") for answer in answers),
        f"{sum(answer.seconds for answer in answers):.2f}",
    )


def below(report: Report) -> str:
    """The findings, those that ask for the same together, and the sum."""
    return "\n".join([*_findings(report), *_sum(report)])


def _findings(report: Report) -> Iterator[str]:
    alike: dict[tuple, list[tuple[Outcome, Finding]]] = {}
    for outcome in report.outcomes:
        for finding in outcome.findings:
            key = (outcome.case.group, finding.expected, finding.remedy)
            alike.setdefault(key, []).append((outcome, finding))
    for number, ((group, expected, remedy), found) in enumerate(alike.items(), 1):
        yield ""
        yield f"{number}. {group}: {_count(len(found), 'case')}"
        for outcome, finding in found:
            yield f"   case      {outcome.case.title}"
            yield f"   sent      {finding.sent}"
            yield f"   came      {finding.came}"
        yield f"   expected  {expected}"
        yield f"   to do     {remedy}"


def _sum(report: Report) -> Iterator[str]:
    summary = report.as_dict()["summary"]
    yield ""
    yield (
        f"{report.contract} at {report.url}, seed {report.seed}, run {report.run}:"
        f" {_count(summary['cases'], 'case')}, {summary['passed']} passed,"
        f" {_count(summary['findings'], 'finding')}"
    )


def _line(verdict: str, group: str, title: str, answers: str, seconds: str) -> str:
    if len(title) > _TITLE_WIDTH:
        title = title[: _TITLE_WIDTH - 1] + "…"
    # A line end inside a value would break the table.
    title = " ".join(title.split())
    return f"{verdict:4} {group:10} {title:{_TITLE_WIDTH}} {seconds:>7} {answers}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"

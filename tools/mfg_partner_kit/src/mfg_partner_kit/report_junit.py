"""The report as JUnit XML, which CI servers read."""

import re
import xml.etree.ElementTree as ElementTree

from .report import Report

#: Characters that XML 1.0 cannot hold at all.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(report: Report) -> str:
    """One test case per case, its findings as one failure."""
    suite = ElementTree.Element(
        "testsuite",
        name=f"{report.contract} at {report.url}",
        timestamp=report.started_at,
        tests=str(len(report.outcomes)),
        failures=str(sum(bool(outcome.findings) for outcome in report.outcomes)),
    )
    for outcome in report.outcomes:
        seconds = sum(exchange.answer.seconds for exchange in outcome.exchanges)
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"{report.contract}.{outcome.case.group}",
            name=_speakable(outcome.case.title),
            time=f"{seconds:.3f}",
        )
        if outcome.findings:
            failure = ElementTree.SubElement(
                case, "failure", message=_speakable(outcome.findings[0].expected)
            )
            failure.text = _speakable(
                "\n\n".join(
                    f"sent: {finding.sent}\ncame: {finding.came}\n"
                    f"expected: {finding.expected}\nto do: {finding.remedy}"
                    for finding in outcome.findings
                )
            )
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)

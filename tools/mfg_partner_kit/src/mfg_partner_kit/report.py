"""What a run found, as plain data; the forms of the report are made of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from . import __version__
from .trial import SHOWN_BYTES, Exchange, Outcome


@dataclass(frozen=True)
class Report:
    """A run and all its outcomes.

    :param mode: ``fire`` or ``play partner``
    :param started_at: RFC 3339
    """

    mode: str
    url: str
    contract: str
    seed: int
    run: str
    started_at: str
    outcomes: Sequence[Outcome]

    @property
    def findings(self) -> int:
        return sum(len(outcome.findings) for outcome in self.outcomes)

    def as_dict(self) -> dict:
        """All of it, JSON's types only; no secret and no signature is in it."""
        passed = sum(not outcome.findings for outcome in self.outcomes)
        return {
            "kit": __version__,
            "mode": self.mode,
            "url": self.url,
            "contract": self.contract,
            "seed": self.seed,
            "run": self.run,
            "started_at": self.started_at,
            "cases": [_case(outcome) for outcome in self.outcomes],
            "summary": {
                "cases": len(self.outcomes),
                "passed": passed,
                "findings": self.findings,
            },
        }


def _case(outcome: Outcome) -> dict:
    return {
        "group": outcome.case.group,
        "title": outcome.case.title,
        "passed": not outcome.findings,
        "exchanges": [_exchange(exchange) for exchange in outcome.exchanges],
        "findings": [asdict(finding) for finding in outcome.findings],
    }


def _exchange(exchange: Exchange) -> dict:
    answer = exchange.answer
    return {
        "sent": {
            "about": exchange.about,
            "method": exchange.method,
            "url": exchange.url,
            "headers": exchange.headers,
            "body": exchange.body,
        },
        "came": {
            "status": answer.status or None,
            "headers": dict(answer.headers),
            "body": answer.body[:SHOWN_BYTES].decode("utf-8", "backslashreplace"),
            "seconds": round(answer.seconds, 3),
            "failure": answer.failure or None,
        },
    }

"""Carries out cases and keeps what was sent, what came and what is wrong with it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import manners
from .case import Case, Expectation, Objection
from .errors import KitError
from .letter import SIGNATURE, Letter
from .line import Answer, Line

#: More of a body is not repeated in a report.
SHOWN_BYTES = 2000
_TOLD_CHARACTERS = 300
_PATIENCE_S = 60.0
_TURNS = 3


@dataclass(frozen=True)
class Exchange:
    """One letter and its answer; the signature is not kept."""

    about: str
    method: str
    url: str
    headers: dict[str, str]
    body: str
    answer: Answer


@dataclass(frozen=True)
class Finding:
    """What is wrong, for a person: sent, came, expected, what to do."""

    sent: str
    came: str
    expected: str
    remedy: str


@dataclass
class Outcome:
    """How a case went."""

    case: Case
    exchanges: list[Exchange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class Trial:
    """Sends the letters of cases to one endpoint.

    :param secret: what both sides share
    """

    def __init__(self, line: Line, secret: str, limits: manners.Limits):
        self._line = line
        self._secret = secret
        self._limits = limits

    def run(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """The outcome of each case, as soon as it is known.

        :raise KitError: when nobody answers at all
        """
        reached = False
        for case in cases:
            outcome = self._try(case)
            answers = [exchange.answer for exchange in outcome.exchanges]
            if not reached and all(answer.failure for answer in answers):
                raise KitError(
                    f"{self._line.shown_url} cannot be reached: {answers[0].failure}.",
                    "Check the address, and that the endpoint runs.",
                )
            reached = True
            yield outcome

    def _try(self, case: Case) -> Outcome:
        outcome = Outcome(case)
        if case.at_once:
            letters = [step.letter for step in case.steps]
            with ThreadPoolExecutor(len(letters)) as threads:
                outcome.exchanges += threads.map(self._send, letters)
            *others, last = outcome.exchanges
            for exchange in others:
                self._judge(outcome, exchange)
            if not outcome.findings:
                answers = [exchange.answer for exchange in others]
                self._judge(outcome, last, answers, case.steps[-1].expected)
            return outcome
        for step in case.steps:
            earlier = [exchange.answer for exchange in outcome.exchanges]
            letter = step.letter if isinstance(step.letter, Letter) else None
            exchange = self._send(letter or step.letter(earlier))
            outcome.exchanges.append(exchange)
            if not self._judge(outcome, exchange, earlier, step.expected):
                # What follows is about this answer and would only repeat it.
                break
        return outcome

    def _send(self, letter: Letter) -> Exchange:
        for turn in range(1, _TURNS + 1):
            headers = letter.signed_headers(self._secret, time.time())
            answer = self._line.send(letter.method, letter.path, letter.body, headers)
            wait_s = _asked_to_wait(answer)
            if wait_s is None or turn == _TURNS:
                break
            time.sleep(wait_s)
        headers.pop(SIGNATURE, None)
        return Exchange(
            letter.about,
            letter.method,
            self._line.origin + (letter.path or self._line.path),
            headers,
            letter.body[:SHOWN_BYTES].decode("utf-8", "backslashreplace"),
            answer,
        )

    def _judge(
        self,
        outcome: Outcome,
        exchange: Exchange,
        earlier: Sequence[Answer] = (),
        expected: Expectation | None = None,
    ) -> bool:
        """Add what is wrong with an answer; only its manners without expectation.

        :return: whether the answer is what was expected, be it slow or ill-mannered
        """
        answer = exchange.answer
        can_be_judged = not manners.leaves_nothing_to_judge(answer)
        ill = list(manners.faults(answer, self._limits))
        wrong = list(expected(answer, earlier)) if expected and can_be_judged else []
        outcome.findings += [_finding(exchange, each) for each in (*ill, *wrong)]
        return can_be_judged and not wrong


def _asked_to_wait(answer: Answer) -> float | None:
    """Seconds to wait before the same is sent again; None when nobody asks for it."""
    asked = answer.headers.get("retry-after", "")
    if answer.status == 429 and asked.isdigit() and int(asked) <= _PATIENCE_S:
        return float(asked)
    return None


def _finding(exchange: Exchange, objection: Objection) -> Finding:
    shown = " ".join(exchange.body[:_TOLD_CHARACTERS].split()) or "(no body)"
    return Finding(
        f"{exchange.method} {exchange.url}, {exchange.about}: {shown}",
        str(exchange.answer),
        objection.expected,
        objection.remedy,
    )

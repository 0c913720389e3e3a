"""What a partner's endpoint owes to the hub that sends it events."""

from collections.abc import Iterator, Sequence

from .case import Expectation, Objection
from .line import Answer
from .manners import PROBLEM, problem_faults
from .same_answer import difference

#: The hub tries again after these, so they refuse nothing.
FOR_NOW = {408, 425, 429}
#: These speak of the address and not of what was sent.
ELSEWHERE = {404, 405, 410}


class PartnerDuties:
    """See ``case.Expected``. Which 2xx or 4xx it is, is the partner's choice."""

    def taken(self, event_id: str) -> Expectation:
        return _taken

    def repeated(self) -> Expectation:
        return _taken_once

    def once(self) -> Expectation:
        return _taken_once_of_many

    def conflict(self) -> Expectation:
        return _refused_or_unchanged

    def refused(
        self, status: int, code: str | None = None, pointer: str | None = None
    ) -> Expectation:
        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            return _refused(answer, status)

        return judge


def _taken(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
    if not answer.is_taken:
        yield Objection("2xx: nothing is wrong with this event", _why_refused(answer))
    elif answer.media_type == PROBLEM:
        yield Objection(
            "2xx without a problem document, or 4xx with one",
            "Say with the status whether the event was taken; nobody reads on.",
        )


def _taken_once(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
    if not answer.is_taken:
        yield Objection(
            "2xx: the hub repeats an event when it did not see the answer",
            "Answer a repeated id as the first time, and do nothing else.",
        )
        return
    for first in earlier:
        changed = difference(first, answer) if first.is_taken else None
        if changed:
            yield Objection(
                f"the first answer again, but {changed}: a second effect",
                "Keep the ids of events with what they led to; look an id up before"
                " anything is made, under a unique index.",
            )
            return


def _taken_once_of_many(
    answer: Answer, earlier: Sequence[Answer]
) -> Iterator[Objection]:
    # Whoever is busy with the same id may ask for the other one again later.
    taken = [one for one in (answer, *earlier) if one.status not in FOR_NOW]
    if not taken:
        yield Objection("2xx for at least one of them", _why_refused(answer))
    for one in taken:
        objections = list(_taken_once(one, taken[:1]))
        if objections:
            yield from objections
            return


def _refused_or_unchanged(
    answer: Answer, earlier: Sequence[Answer]
) -> Iterator[Objection]:
    if answer.is_taken:
        changed = difference(earlier[-1], answer)
        if changed:
            yield Objection(
                f"409, or the first answer again, but {changed}: a second effect",
                "Look an id up before anything is made, whatever the body says.",
            )
        return
    yield from _refused(answer, 409)


def _refused(answer: Answer, status: int) -> Iterator[Objection]:
    wanted = f"{status} or another 4xx with a problem document"
    if answer.is_taken:
        yield Objection(
            wanted,
            "Check this before anything is stored; what is taken here is lost later.",
        )
    elif answer.status in FOR_NOW:
        yield Objection(
            wanted, f"{answer.status} means later; the hub sends the same again."
        )
    elif answer.status in ELSEWHERE and answer.status != status:
        yield Objection(
            wanted, f"{answer.status} speaks of the address; use {status} here."
        )
    elif not 400 <= answer.status < 500:
        yield Objection(wanted, "Use a status of the 400s for the sender's mistakes.")
    else:
        yield from problem_faults(answer)


def _why_refused(answer: Answer) -> str:
    if answer.status in (401, 403):
        return (
            "Compare the secret on both sides, and the clocks; the signature is over"
            " <webhook-id>.<webhook-timestamp>.<body>, on the bytes as they came."
        )
    if answer.status in ELSEWHERE:
        return "Check the address, and that it takes POST."
    if answer.status == 415:
        return "Take application/cloudevents+json, the media type of one event."
    if answer.status in FOR_NOW:
        return "Nothing was taken; let the kit through the limit, or run it later."
    return "Compare what was sent with the contract; the endpoint asks for more."

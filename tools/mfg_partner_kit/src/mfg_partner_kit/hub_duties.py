"""What the hub's doors owe to a partner, as its API documentation says."""

from collections.abc import Iterator, Sequence

from .case import Expectation, Objection
from .line import Answer
from .manners import problem_faults

REPORT_IT = "This is a fault of the hub: report it with this finding."
ACCEPTED, DUPLICATE, CONFLICT, INVALID = "accepted", "duplicate", "conflict", "invalid"


class HubDuties:
    """See ``case.Expected``."""

    def taken(self, event_id: str) -> Expectation:
        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            yield from _result_faults(answer, ACCEPTED, event_id)

        return judge

    def repeated(self) -> Expectation:
        return _is_duplicate

    def once(self) -> Expectation:
        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            answers = [answer, *earlier]
            words = sorted(str(_member(one.json, "status")) for one in answers)
            uuids = {str(_member(one.json, "uuid")) for one in answers}
            if words != [ACCEPTED] + [DUPLICATE] * len(earlier) or len(uuids) != 1:
                yield Objection(
                    f"{ACCEPTED} once, {DUPLICATE} for all others, with one uuid",
                    REPORT_IT,
                )

        return judge

    def conflict(self) -> Expectation:
        return self.refused(409, "id_conflict")

    def refused(
        self, status: int, code: str | None = None, pointer: str | None = None
    ) -> Expectation:
        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            if answer.status != status:
                yield Objection(f"{status} {code or ''}".strip(), REPORT_IT)
                return
            yield from problem_faults(answer)
            yield from _code_faults(answer.json, code, pointer)

        return judge

    def results(self, *wanted: tuple[str, str]) -> Expectation:
        """A batch is answered with one result per event, in order.

        :param wanted: id and status of each event
        """

        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            results = _member(answer.json, "results")
            if answer.status != 202 or not isinstance(results, list):
                yield Objection('202 {"results": [...]}', REPORT_IT)
                return
            came = [(_member(one, "id"), _member(one, "status")) for one in results]
            if came != list(wanted):
                words = ", ".join(f"{status} for {name}" for name, status in wanted)
                yield Objection(f"results, in order: {words}", REPORT_IT)
            for one in results:
                if _member(one, "status") in (INVALID, CONFLICT):
                    yield from _code_faults(_member(one, "problem"), None, None)

        return judge

    def progress(self) -> Expectation:
        """The uuid of the answer before can be asked for."""

        def judge(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
            first, told = earlier[-1].json, answer.json
            names = ("id", "uuid")
            if (
                answer.status != 200
                or [_member(told, name) for name in names]
                != [_member(first, name) for name in names]
                or not _member(told, "state")
            ):
                yield Objection("200 with id, uuid and state of the event", REPORT_IT)

        return judge


def _is_duplicate(answer: Answer, earlier: Sequence[Answer]) -> Iterator[Objection]:
    first = earlier[-1].json
    yield from _result_faults(answer, DUPLICATE, _member(first, "id"))
    if _member(answer.json, "uuid") != _member(first, "uuid"):
        yield Objection(f"the first uuid, {_member(first, 'uuid')}", REPORT_IT)


def _result_faults(answer: Answer, status: str, event_id) -> Iterator[Objection]:
    result = answer.json
    if answer.status == 202 and _member(result, "status") == status:
        if _member(result, "id") != event_id or not _member(result, "uuid"):
            yield Objection(f"the id {event_id} and a uuid in the answer", REPORT_IT)
        if answer.media_type != "application/json":
            yield Objection("the media type application/json", REPORT_IT)
        return
    yield Objection(f"202 {status}", _why_not(answer))


def _why_not(answer: Answer) -> str:
    """What to do when an event was not taken; some of it is the partner's."""
    code = _member(answer.json, "code")
    if answer.status == 401:
        return "Compare the secret with that of the connector, and the clocks."
    if code == "unknown_connector" or answer.status == 404:
        return "Check the code in the address, and that the connector is live."
    if code == "unknown_event_type":
        return "This door does not take this type; see the contracts of the hub."
    if _member(answer.json, "status") == DUPLICATE:
        return "The id was seen before; ids of the kit are used once. " + REPORT_IT
    return REPORT_IT


def _code_faults(problem, code: str | None, pointer: str | None) -> Iterator[Objection]:
    for name in ("type", "title", "detail", "code"):
        if not isinstance(_member(problem, name), str):
            yield Objection(f"a problem document with `{name}`", REPORT_IT)
            return
    if code and problem["code"] != code:
        yield Objection(f"the code {code}", REPORT_IT)
    if pointer is not None and problem.get("pointer") != pointer:
        yield Objection(f"the pointer {pointer}", REPORT_IT)


def _member(document, name: str):
    return document.get(name) if isinstance(document, dict) else None

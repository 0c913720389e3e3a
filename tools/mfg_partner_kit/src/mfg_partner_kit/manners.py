"""What is wrong with any answer, whatever was asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from .case import Objection
from .line import MAX_ANSWER_BYTES, Answer

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Limits:
    """:param slow_s: an answer that takes longer is a finding"""

    slow_s: float = 5.0


def faults(answer: Answer, limits: Limits) -> Iterator[Objection]:
    """What no endpoint may do: slow answers, redirects, HTML, server errors."""
    if answer.seconds > limits.slow_s:
        yield Objection(
            f"an answer within {limits.slow_s:g} s; this took {answer.seconds:.1f} s",
            "Store the event, answer, and do the work afterwards; a sender that waits"
            " too long sends again.",
        )
    if answer.failure:
        yield Objection(
            "an answer",
            "Find out why the connection ended without one; a sender tries again.",
        )
    elif 300 <= answer.status < 400:
        target = answer.headers.get("location", "nowhere")
        yield Objection(
            f"no redirect; this one leads to {target[:200]}",
            "Give out the final address; redirects are not followed, since a signed"
            " event is for the host it was addressed to.",
        )
    elif answer.status >= 500:
        yield Objection(
            "no server error, whatever was sent",
            "Look into the endpoint's log; the sender takes it for an outage and sends"
            " the same again and again.",
        )
    if _is_html(answer):
        yield Objection(
            "JSON or no body, never a page",
            "Look for a proxy, a login page or a framework's error page that answers"
            " instead of the endpoint.",
        )
    elif _is_broken_json(answer):
        yield Objection(
            f"JSON under the media type {answer.media_type}",
            "Write the body with a JSON library, and all of it.",
        )
    if len(answer.body) >= MAX_ANSWER_BYTES:
        yield Objection(
            f"an answer under {MAX_ANSWER_BYTES} bytes",
            "Answer with what the sender needs only.",
        )


def leaves_nothing_to_judge(answer: Answer) -> bool:
    """Whether what was said about the answer in general says it all."""
    return bool(answer.failure) or 300 <= answer.status < 400 or answer.status >= 500


def problem_faults(answer: Answer) -> Iterator[Objection]:
    """What is wrong with a problem document.

    Source: RFC 9457, section 3.
    """
    if _is_html(answer):
        return
    problem = answer.json
    if answer.media_type != PROBLEM or not isinstance(problem, dict):
        yield Objection(
            f"a refusal says why, as {PROBLEM} (RFC 9457)",
            'Answer with {"title": ..., "status": ..., "detail": ...} and that media'
            " type; people read it in the sender's list of dead letters.",
        )
        return
    if problem.get("status", answer.status) != answer.status:
        yield Objection(
            f"`status` in the document is that of the answer, {answer.status}",
            "Write the same number in both places, or leave the member out.",
        )
    if not any(isinstance(problem.get(name), str) for name in ("title", "detail")):
        yield Objection(
            "`title` or `detail` says in words what is wrong",
            "Add a sentence that tells the sender what to correct.",
        )


def _is_broken_json(answer: Answer) -> bool:
    promised = answer.media_type.endswith(("/json", "+json"))
    return promised and answer.json is None and answer.body not in (b"", b"null")


def _is_html(answer: Answer) -> bool:
    start = answer.body[:200].lstrip().lower()
    return answer.media_type in ("text/html", "application/xhtml+xml") or (
        start.startswith((b"<!doctype html", b"<html"))
    )

"""One thing that can be asked of a partner, from the look-up to the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from . import template_answer
from .expression import Expression
from .template_act import act_of
from .template_answer import Answer, AnswerRules, Reply
from .template_auth import ConnectorView
from .template_conversation import Conversation
from .template_proof import ProofPlan
from .template_reference import ReferencePlan
from .template_request import PreparedRequest
from .template_status import StepsAct, TransitionsAct
from .template_surroundings import Surroundings

NO_MESSAGE: Mapping = MappingProxyType({})


@dataclass(frozen=True)
class Outcome:
    """How an operation ended well.

    :ivar reference: what the partner calls the thing, if that was asked for
    :ivar reply: the last answer
    :ivar version: the partner's count of the thing's changes, this one included
    """

    reference: str | None
    reply: object
    version: int | None = None

    def __str__(self):
        words = ["delivered"]
        if self.reference:
            words.append(f"reference {self.reference}")
        if self.version is not None:
            words.append(f"version {self.version}")
        return ", ".join(words)


class Operation:
    """One thing that can be asked of the partner.

    :ivar event_type: the event type that the operation delivers
    :ivar wants_reference: whether it may look at ``reference`` of the message
    :ivar calls: how many requests it takes at most, log-ins not counted
    :ivar calls_after_effect: of these, how many from the first with an effect on
    """

    def __init__(self, name: str, spec: Mapping, where: str, around: Surroundings):
        self.name = name
        self.event_type: str = spec["event_type"]
        answer = spec.get("answer", {})
        self._rules = around.rules(f"{where}/answer", answer)
        self._act = _act(spec, where, around, self._rules)
        self._reference = "reference" in answer and ReferencePlan(
            answer["reference"], f"{where}/answer/reference", around.functions
        )
        self._version = (
            Expression(answer["version"], f"{where}/answer/version", around.functions)
            if "version" in answer
            else None
        )
        self._already = frozenset(answer.get("already_status", ()))
        self._lookup = self._lookup_reference = self._proof = None
        if "lookup" in spec:
            lookup = spec["lookup"]
            self._lookup = around.request(lookup, f"{where}/lookup")
            self._lookup_reference = ReferencePlan(
                lookup["reference"], f"{where}/lookup/reference", around.functions
            )
        if "read_back" in spec:
            self._proof = ProofPlan(
                spec["read_back"], f"{where}/read_back", around, self._rules
            )
        proofs = 1 if self._proof else 0
        later_lookups = 1 if self._lookup and self._already else 0
        first_looks = 1 if self._lookup or self._proof else 0
        self.calls_after_effect = self._act.calls + later_lookups + proofs
        self.calls = first_looks + self.calls_after_effect
        self.wants_reference = _speaks_of_reference(spec)

    def perform(
        self,
        talk: Conversation,
        message: Mapping,
        uncertain: bool = False,
        first: PreparedRequest | None = None,
    ) -> Outcome:
        """Ask the partner, and believe it only as far as the template does.

        :param message: the envelope, and ``reference`` where the partner's is known
        :param uncertain: an earlier try may have been carried out; look first
        :param first: what :meth:`request` gave, where that was asked for already
        :raise RetryableDeliveryError, PermanentDeliveryError: how it ended
        """
        if uncertain:
            earlier = self._find_earlier(talk, message)
            if earlier:
                return earlier
        first = first or self.request(message, talk.connector)
        reply = self._act.perform(talk, message, first)
        if reply.status in self._already:
            outcome = Outcome(self._reference_of_earlier(talk, message), reply)
        else:
            answer = self._judge(reply, message)
            outcome = Outcome(answer.reference, reply, answer.version)
        return self._proven(talk, message, outcome)

    def request(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request that the operation begins with, look-ups aside."""
        return self._act.begin(message, connector)

    def read_answer(
        self, status: int, headers: Mapping, body: bytes, message: Mapping = NO_MESSAGE
    ) -> Answer:
        """What an answer to the last request means; see :mod:`template_answer`."""
        return self._judge(Reply(status, headers, body), message)

    def lookup_request(
        self, message: Mapping, connector: ConnectorView
    ) -> PreparedRequest | None:
        """The request that asks whether the partner has it; None when it cannot."""
        return self._lookup and self._lookup.prepare(message, connector)

    def read_lookup(
        self, status: int, headers: Mapping, body: bytes, message: Mapping = NO_MESSAGE
    ) -> str | None:
        """See :func:`template_answer.read_lookup`."""
        return template_answer.read_lookup(
            Reply(status, headers, body), message, self._lookup_reference, self._rules
        )

    def _judge(self, reply, message: Mapping) -> Answer:
        self._rules.check(reply)
        return template_answer.read(
            reply, message, self._reference or None, self._version
        )

    def _find_earlier(self, talk: Conversation, message: Mapping) -> Outcome | None:
        """How an earlier try ended, None when it had no effect."""
        if self._lookup:
            reply = talk.ask(self._lookup.prepare(message, talk.connector))
            reference = template_answer.read_lookup(
                reply, message, self._lookup_reference, self._rules
            )
            found = Outcome(reference, reply)
            return self._proven(talk, message, found) if reference else None
        if self._proof and message.get("reference"):
            if not self._proof.differences(talk, message):
                return Outcome(message["reference"], Reply(204))
        return None

    def _reference_of_earlier(self, talk: Conversation, message: Mapping):
        """The reference of what the partner says that it has already."""
        if not self._lookup:
            return None
        reply = talk.ask(self._lookup.prepare(message, talk.connector))
        return template_answer.read_lookup(
            reply, message, self._lookup_reference, self._rules
        )

    def _proven(
        self, talk: Conversation, message: Mapping, outcome: Outcome
    ) -> Outcome:
        if self._proof:
            reference = outcome.reference or message.get("reference")
            self._proof.assert_written(talk, {**message, "reference": reference})
        return outcome


def _act(spec: Mapping, where: str, around: Surroundings, rules: AnswerRules):
    """What the operation does, as its section says."""
    if "transitions" in spec:
        return TransitionsAct(spec, where, around, rules)
    if "steps" in spec:
        return StepsAct(spec["steps"], f"{where}/steps", around, rules)
    return act_of(spec, where, around, rules)


def _speaks_of_reference(node) -> bool:
    """Whether an expression below ``node`` may look at the partner's reference."""
    if isinstance(node, Mapping):
        return any(map(_speaks_of_reference, node.values()))
    if isinstance(node, list):
        return any(map(_speaks_of_reference, node))
    return isinstance(node, str) and "reference" in node

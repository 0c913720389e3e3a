"""A status told to a partner that has no field for it.

``transitions``: one request for each of our words, such as an action per transition.
``steps``: the partner's statuses have one order, and it goes one step at a time.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import PermanentDeliveryError, UnmappedValueError
from . import partner_words
from .expression import Expression, ExpressionError
from .partner_words import UnreadableError
from .template_act import act_of, as_word
from .template_answer import AnswerRules, Reply, unreadable
from .template_auth import ConnectorView
from .template_conversation import Conversation
from .template_request import PreparedRequest
from .template_surroundings import Surroundings

#: Instead of a request: the partner has no such status and need not know.
NOTHING = "nothing"


class NoAct:
    """Nothing is sent."""

    calls = 0

    def begin(self, _message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """What is recorded of it."""
        return PreparedRequest("NONE", connector["base_url"], {})

    def perform(self, _talk: Conversation, _message: Mapping, _first: PreparedRequest):
        """As if the partner had taken it."""
        return Reply(204)


class TransitionsAct:
    """One act per word of ours.

    :param spec: ``{status: expression, transitions: {word: request | "nothing"}}``
    """

    def __init__(
        self,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        self._where = where
        self._status = Expression(spec["status"], f"{where}/status", around.functions)
        self._acts = {
            word: NoAct()
            if request == NOTHING
            else act_of(request, f"{where}/transitions/{word}", around, rules)
            for word, request in spec["transitions"].items()
        }
        self.calls = max(act.calls for act in self._acts.values())

    def begin(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """That of the act that the message's status asks for."""
        return self._chosen(message).begin(message, connector)

    def perform(self, talk: Conversation, message: Mapping, first: PreparedRequest):
        """The answer to that act."""
        return self._chosen(message).perform(talk, message, first)

    def _chosen(self, message: Mapping):
        word = _word(self._status, message)
        if word not in self._acts:
            raise UnmappedValueError(
                f"{self._where}/transitions does not say how to tell the partner the"
                f" status {word!r}; it knows {', '.join(self._acts)}.",
                key=f"transitions:{word}",
                remedy=f"Add the status to the template, with a request or as"
                f" {NOTHING}, then press Retry.",
            )
        return self._acts[word]


class StepsAct:
    """Read where the partner stands, then walk to the target one step at a time.

    Expressions of ``step`` see ``step.from`` and ``step.to``.

    :param spec: ``{order, target, read, present, step, back?}``
    """

    def __init__(
        self,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        functions = around.functions
        self._order = list(spec["order"])
        self._words = [as_word(each) for each in self._order]
        self._target = Expression(spec["target"], f"{where}/target", functions)
        self._read = around.request(spec["read"], f"{where}/read")
        self._present = Expression(spec["present"], f"{where}/present", functions)
        self._step = around.request(spec["step"], f"{where}/step")
        self._may_go_back = spec.get("back", False)
        self._where = where
        self._rules = rules
        self.calls = len(self._order)

    def begin(self, message: Mapping, connector: ConnectorView) -> PreparedRequest:
        """The request that reads: the steps depend on its answer."""
        self._place(_word(self._target, message), "target")
        return self._read.prepare(message, connector)

    def perform(self, talk: Conversation, message: Mapping, first: PreparedRequest):
        """The answer to the last step, or that to the reading when none is left.

        :raise PermanentDeliveryError: codes ``step_back``, ``unknown_step``
        """
        target = self._place(_word(self._target, message), "target")
        reply = talk.ask(first)
        self._rules.check(reply)
        place = self._place(self._word_now(reply), "present")
        if place > target and not self._may_go_back:
            raise PermanentDeliveryError(
                f"The partner stands at {self._order[place]} already, and"
                f" {self._order[target]} lies behind it. It cannot go back.",
                code="step_back",
                remedy="Set the status at the partner, then cancel this message.",
            )
        way = 1 if target > place else -1
        for start in range(place, target, way):
            self._rules.check(reply)
            step = {"from": self._order[start], "to": self._order[start + way]}
            request = self._step.prepare({**message, "step": step}, talk.connector)
            reply = talk.tell(request)
        return reply

    def _word_now(self, reply) -> str | None:
        try:
            content = partner_words.content_of(reply.headers, reply.body)
            return as_word(self._present.value(content))
        except (UnreadableError, ExpressionError) as error:
            raise unreadable(str(error), reply) from error

    def _place(self, word: str | None, what: str) -> int:
        if word not in self._words:
            raise PermanentDeliveryError(
                f"{self._where}/{what} gave {word!r}, which is none of"
                f" {', '.join(map(str, self._words))}.",
                code="unknown_step",
                remedy=f"Add it to {self._where}/order, then press Retry.",
            )
        return self._words.index(word)


def _word(expression: Expression, message: Mapping) -> str | None:
    try:
        return as_word(expression.value(message))
    except ExpressionError as error:
        raise PermanentDeliveryError(
            f"The message cannot be put into the partner's words. {error}.",
            code="mapping_failed",
            remedy="Correct the document or the template, then press Retry.",
        ) from error

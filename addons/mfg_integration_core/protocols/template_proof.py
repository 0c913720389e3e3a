"""Proof that the partner did what it said: read back, and compare.

Some partners answer 204 and change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import PermanentDeliveryError, RetryableDeliveryError
from . import partner_words
from .expression import Expression, ExpressionError, compile_tree
from .partner_words import UnreadableError
from .template_act import as_word
from .template_answer import AnswerRules
from .template_conversation import Conversation
from .template_surroundings import Surroundings
from .template_text import to_json


class ProofPlan:
    """What to read after a change, and how it has to look.

    :param spec: ``{method, path, expect: {expression over the answer: expression over
        the message}}``
    """

    calls = 1

    def __init__(
        self,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        self._read = around.request(spec, where)
        self._expected = [
            (
                field,
                Expression(field, f"{where}/expect/{field}", around.functions),
                compile_tree(wanted, f"{where}/expect/{field}", around.functions),
            )
            for field, wanted in spec["expect"].items()
        ]
        self._rules = rules

    def assert_written(self, talk: Conversation, message: Mapping) -> None:
        """Return when the partner's record is as the message wants it.

        :raise PermanentDeliveryError: code ``not_as_written``, names what differs
        :raise RetryableDeliveryError: code ``not_proven``, it cannot be told
        """
        differences = self.differences(talk, message)
        if differences:
            raise PermanentDeliveryError(
                "The partner said yes, but what was read back is not as written:"
                f" {'; '.join(differences)}.",
                code="not_as_written",
                remedy="Ask why the partner does not take these values, correct the"
                " document or the template, then press Retry.",
            )

    def differences(self, talk: Conversation, message: Mapping) -> list[str]:
        """What is not as the message wants it, in words; empty when all is."""
        try:
            reply = talk.ask(self._read.prepare(message, talk.connector))
            self._rules.check(reply)
            content = partner_words.content_of(reply.headers, reply.body)
            found = [
                (field, read.value(content), wanted(message))
                for field, read, wanted in self._expected
            ]
        except (UnreadableError, ExpressionError) as error:
            raise _not_proven(f"its answer {error}") from error
        except PermanentDeliveryError as error:
            raise _not_proven(error.detail) from error
        return [
            f"{field} is {_shown(is_now)}, not {_shown(wanted)}"
            for field, is_now, wanted in found
            if _comparable(is_now) != _comparable(wanted)
        ]


def _comparable(value):
    """A value without what partners change in writing: 5 and "5" are the same."""
    word = as_word(value)
    return word if word is not None or value is None else value


def _shown(value) -> str:
    return to_json(value)[:100]


def _not_proven(why: str) -> RetryableDeliveryError:
    return RetryableDeliveryError(
        f"The partner took the change, but it could not be read back: {why}",
        code="not_proven",
        remedy="It is tried again; the partner is asked first whether it has it.",
    )

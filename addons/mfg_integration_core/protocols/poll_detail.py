"""What a list leaves out of its items, asked for item by item.

Only for items that are news, since it is one request each. The answer becomes the
item's member ``detail``; whether the item is another version was told by the list.
What the answer lists one below another, such as comments, is the item's member
``parts`` as far as no event has told it yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter

from ..exceptions import RetryableDeliveryError
from . import partner_words
from .expression import Expression, ExpressionError
from .partner_words import UnreadableError, what_it_said
from .poll_item import Item
from .template_answer import AnswerRules, Reply
from .template_auth import ConnectorView
from .template_request import PreparedRequest
from .template_surroundings import Surroundings

#: The item was deleted after the list was read, which the next poll will tell.
_GONE = frozenset({404, 410})
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class DetailPlan:
    """How the rest of an item is asked for.

    :param spec: ``{method, path, query?, headers?, body?, parts?}``, over
        ``{item, key}``; ``parts: {list, number}`` looks at the answer
    :param rules: how the partner tells a no
    """

    def __init__(
        self,
        spec: Mapping,
        where: str,
        around: Surroundings,
        rules: AnswerRules,
    ):
        self._request = around.request(spec, where)
        self._parts = self._number = None
        if "parts" in spec:
            parts, place = spec["parts"], f"{where}/parts"
            self._parts = Expression(parts["list"], f"{place}/list", around.functions)
            self._number = Expression(
                parts["number"], f"{place}/number", around.functions
            )
        self._rules = rules

    def request(self, item: Item, connector: ConnectorView) -> PreparedRequest:
        """The request for the rest of an item.

        :raise PermanentDeliveryError: see :meth:`RequestPlan.prepare`
        """
        variables = {"item": item.document, "key": item.key}
        return self._request.prepare(variables, connector)

    def read(self, item: Item, reply: Reply, mark: int | None = None) -> Item:
        """The item with its detail; as it is when it has gone meanwhile.

        :param mark: the greatest number of a part that was told before
        :raise RetryableDeliveryError, PermanentDeliveryError: it cannot be told
        """
        if reply.status in _GONE:
            return item
        self._rules.check(reply)
        try:
            content = partner_words.content_of(reply.headers, reply.body)
            document = {**item.document, "detail": content}
            if self._parts is None:
                return replace(item, document=document)
            parts = self._numbered(content)
        except (UnreadableError, ExpressionError) as error:
            raise RetryableDeliveryError(
                f"The partner answered, but its answer about {item.key} {error}. It"
                f" said: {what_it_said(reply.headers, reply.body)}",
                code="answer_unreadable",
                remedy="If it goes on like this, compare `detail` of the template with"
                " the partner's documentation.",
            ) from error
        untold = [(number, part) for number, part in parts if number > (mark or 0)]
        document["parts"] = [part for _number, part in untold]
        mark = max([number for number, _part in untold], default=mark)
        return replace(item, document=document, mark=mark)

    def _numbered(self, content) -> list[tuple[int, object]]:
        """The parts with their numbers, in the order of these.

        :raise ExpressionError: the end of a sentence that begins with "its answer"
        """
        parts = self._parts.value(content)
        if parts is None:
            return []
        if not isinstance(parts, list):
            raise ExpressionError(f"holds no list where {self._parts.where} looks")
        numbered = [(self._number.text(part), part) for part in parts]
        for number, _part in numbered:
            if not _NUMBER.fullmatch(number or ""):
                raise ExpressionError(
                    f"has no whole number where {self._number.where} looks"
                )
        return sorted(
            ((int(number), part) for number, part in numbered), key=itemgetter(0)
        )

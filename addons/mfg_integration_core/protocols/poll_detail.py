"""What a list leaves out of its items, asked for item by item.

Only for items that are news, since it is one request each. The answer becomes the
item's member ``detail``; whether the item is another version was told by the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..exceptions import RetryableDeliveryError
from . import partner_words
from .partner_words import UnreadableError, what_it_said
from .poll_item import Item
from .template_answer import AnswerRules
from .template_auth import ConnectorView
from .template_request import PreparedRequest
from .template_surroundings import Surroundings

#: The item was deleted after the list was read, which the next poll will tell.
_GONE = frozenset({404, 410})


class DetailPlan:
    """How the rest of an item is asked for.

    :param spec: ``{method, path, query?, headers?, body?}``, over ``{item, key}``
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
        self._rules = rules

    def request(self, item: Item, connector: ConnectorView) -> PreparedRequest:
        """The request for the rest of an item.

        :raise PermanentDeliveryError: see :meth:`RequestPlan.prepare`
        """
        variables = {"item": item.document, "key": item.key}
        return self._request.prepare(variables, connector)

    def read(self, item: Item, reply) -> Item:
        """The item with its detail; as it is when it has gone meanwhile.

        :raise RetryableDeliveryError, PermanentDeliveryError: it cannot be told
        """
        if reply.status in _GONE:
            return item
        self._rules.check(reply)
        try:
            content = partner_words.content_of(reply.headers, reply.body)
        except UnreadableError as error:
            raise RetryableDeliveryError(
                f"The partner answered, but its answer about {item.key} {error}. It"
                f" said: {what_it_said(reply.headers, reply.body)}",
                code="answer_unreadable",
                remedy="If it goes on like this, compare `detail` of the template with"
                " the partner's documentation.",
            ) from error
        return replace(item, document={**item.document, "detail": content})

"""A partner that sends no webhooks, read as the ``sources`` of a template describe.

A source is a list that is asked for again and again. What it tells becomes events in
two steps: a page is cut into items when it is read, and an item is put into our terms
when its event is handled, so that a wrong mapping can be corrected and tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..exceptions import (
    ConfigurationError,
    InvalidEventError,
    RetryableDeliveryError,
)
from . import cloudevents, moments, partner_words, poll_item, rfc3339
from .expression import Expression, ExpressionError, TemplateFunctions, compile_tree
from .partner_words import UnreadableError, what_it_said
from .poll_detail import DetailPlan
from .poll_item import Item
from .poll_paging import Answered, PagingPlan
from .poll_run import Page, PollLimits
from .template_answer import Reply
from .template_auth import ConnectorView
from .template_request import PreparedRequest
from .template_surroundings import Surroundings
from .template_webhook import Webhook

EVERY_S = 60
OVERLAP_S = 60
GONE_PERCENT = 50


@dataclass(frozen=True)
class ReadPage:
    """One page, cut into items.

    :param unreadable: what is wrong with the first item that has no key or whose moment
        of change cannot be read; such an item is taken all the same
    """

    page: Page
    items: list[Item]
    unreadable: str | None = None


@dataclass(frozen=True)
class _Moment:
    """How moments of change are found and written."""

    find: Expression | None
    format: str
    zone: str

    def read(self, document) -> datetime | None:
        """:raise ValueError: it is written in another way"""
        if self.find is None:
            return None
        value = self.find.value(document)
        return moments.read_moment(value, self.format, self.zone)


@dataclass(frozen=True)
class _Rule:
    when: Expression | None
    event_type: str
    data: object


class SourcePlan:
    """One list of the partner.

    :param name: its key in ``sources``
    :param spec: its section there
    :param where: file and path for error texts
    :ivar full: what the list does not hold any more has disappeared
    :ivar detail: how the rest of an item is asked for, None = the list tells it all
    """

    def __init__(
        self,
        name: str,
        spec: Mapping,
        where: str,
        around: Surroundings,
    ):
        functions = around.functions

        def compiled(section: str) -> Expression | None:
            text = spec.get(section)
            return text and Expression(text, f"{where}/{section}", functions)

        self.name = name
        self.label: str = spec.get("label", name.replace("_", " ").capitalize())
        self.every_s: int = spec.get("every_s", EVERY_S)
        self.start: str = spec.get("start", "all")
        self.full: bool = spec.get("compare") == "full"
        self.gone_percent: int = spec.get("gone_percent", GONE_PERCENT)
        self.overlap_s: float = spec.get("watermark", {}).get("overlap_s", OVERLAP_S)
        self.limits = PollLimits(**spec.get("limits", {}))
        self.paging = PagingPlan(spec.get("paging", {}), f"{where}/paging", functions)
        self._request = around.request(spec["request"], f"{where}/request")
        self._answer_rules = around.rules(f"{functions.file_name}, errors")
        self.detail = None
        if "detail" in spec:
            self.detail = DetailPlan(
                spec["detail"], f"{where}/detail", around, self._answer_rules
            )
        self._items, self._key = compiled("items"), compiled("key")
        self._subject, self._deleted = compiled("subject"), compiled("deleted_when")
        self._changed_at = _moment(spec.get("changed_at", {}), where, functions)
        self._watermark = _watermark(spec, where)
        self._fingerprint = None
        if "compare_by" in spec:
            self._fingerprint = compile_tree(
                spec["compare_by"], f"{where}/compare_by", functions
            )
        self._rules = [
            _rule(rule, f"{where}/events/{number}", functions)
            for number, rule in enumerate(spec["events"])
        ]
        if not self.full and self._changed_at.find is None:
            raise ConfigurationError(
                f"{where}/changed_at is missing. Say where an item tells when it "
                "changed; if it does not, write `compare: full`.",
                code="bad_template",
            )

    # --------------------------------------------------------------- asking

    def request(
        self, place: Mapping, since: datetime | None, connector: ConnectorView
    ) -> PreparedRequest:
        """The request for the page at ``place``.

        :param since: from when changes are wanted; None = all
        :raise PermanentDeliveryError: see :meth:`RequestPlan.prepare`
        """
        variables = {name: value for name, value in place.items() if name != "url"}
        if since is not None:
            variables["watermark"] = moments.write_moment(
                since, self._watermark.format, self._watermark.zone
            )
        request = self._request.prepare(variables, connector)
        return replace(request, url=place["url"]) if "url" in place else request

    # -------------------------------------------------------------- reading

    def read(
        self,
        place: Mapping,
        url: str,
        status: int,
        headers: Mapping,
        body: bytes,
    ) -> ReadPage:
        """The page that was answered.

        :param url: that was asked
        :raise RetryableDeliveryError, PermanentDeliveryError: it is no page
        """
        if self.paging.is_beyond_the_end(place, status):
            return ReadPage(Page(0, len(body), "", None, None), [])
        reply = Reply(status, headers, body)
        if 200 <= status < 300 and partner_words.is_page(headers, body):
            raise _no_page("is a web page, not that of an API", reply)
        self._answer_rules.check(reply)
        content = _content(reply)
        found = self._listed(content, reply)
        try:
            answered = Answered(url, status, headers, content, len(found))
            following = self.paging.next(place, answered)
            read = [self._item(document) for document in found]
        except ExpressionError as error:
            raise _no_page(f"does not fit the template ({error})", reply) from error
        items = [item for item, _wrong in read]
        high = max((one.changed_at for one in items if one.changed_at), default=None)
        digest = poll_item.digest_of(found) if found else ""
        return ReadPage(
            Page(len(items), len(body), digest, high, following),
            items,
            next((wrong for _item, wrong in read if wrong), None),
        )

    def gone(self, key: str) -> Item:
        """The item that a full list holds no more."""
        return Item(key, None, "", deleted=True)

    def _listed(self, content, reply: Reply) -> list:
        try:
            found = self._items.value(content)
        except ExpressionError as error:
            raise _no_page(f"does not fit the template ({error})", reply) from error
        if not isinstance(found, list):
            raise _no_page(f"holds no list where {self._items.where} looks", reply)
        return found

    def _item(self, document) -> tuple[Item, str | None]:
        """An item, and what is wrong with it."""
        wrong = key = changed_at = None
        try:
            key = self._key.text(document)
            if not key or len(key) > cloudevents.MAX_LENGTH["subject"]:
                key, wrong = None, f"{self._key.where} finds no key in an item"
        except ExpressionError as error:
            wrong = str(error)
        try:
            changed_at = self._changed_at.read(document)
        except (ExpressionError, ValueError) as error:
            wrong = wrong or f"The moment of change of {key or 'an item'}: {error}"
        deleted = bool(self._deleted and self._deleted.value(document))
        compared = document
        if self._fingerprint:
            compared = self._fingerprint(document)
        digest = poll_item.digest_of(compared)
        return Item(key, changed_at, digest, deleted, document), wrong

    # -------------------------------------------------------------- meaning

    def event(
        self, item: Mapping, key: str | None, deleted: bool, event_id: str
    ) -> Webhook:
        """An item in our terms; the first rule whose ``when`` holds decides.

        :param item: as the partner wrote it; {} for one that has disappeared
        :raise InvalidEventError: code ``mapping_failed``
        :raise UnmappedValueError: a word that a value map does not know
        """
        try:
            if not key:
                raise ExpressionError(f"{self._key.where}: the item has no key")
            changed_at = self._changed_at.read(item) if item else None
            document = {"item": item, "key": key, "deleted": deleted}
            if changed_at:
                document["changed_at"] = rfc3339.write(changed_at)
            subject = self._subject.text(document) if self._subject else key
            for rule in self._rules:
                if rule.when is None or rule.when.value(document):
                    data = rule.data(document) or {}
                    return Webhook(
                        rule.event_type, event_id, subject or key, changed_at, data
                    )
        except (ExpressionError, ValueError) as error:
            raise InvalidEventError(
                f"The item cannot be read as the template says. {error}.",
                code="mapping_failed",
            ) from error
        return Webhook(None, event_id, key, changed_at, {})


def _rule(spec: Mapping, where: str, functions: TemplateFunctions) -> _Rule:
    when = spec.get("when")
    return _Rule(
        when and Expression(when, f"{where}/when", functions),
        spec["event_type"],
        compile_tree(spec["data"], f"{where}/data", functions),
    )


def _moment(spec: Mapping, where: str, functions: TemplateFunctions) -> _Moment:
    place = f"{where}/changed_at"
    text = spec.get("value")
    find = text and Expression(text, f"{place}/value", functions)
    return _checked(_Moment(find, spec.get("format", "iso"), _zone(spec)), place)


def _watermark(spec: Mapping, where: str) -> _Moment:
    """How the watermark is written: like the moments, unless said otherwise."""
    read, written = spec.get("changed_at", {}), spec.get("watermark", {})
    format = written.get("format") or read.get("format", "iso")
    zone = written.get("zone") or _zone(read)
    return _checked(_Moment(None, format, zone), f"{where}/watermark")


def _zone(spec: Mapping) -> str:
    return spec.get("zone", "UTC")


def _checked(moment: _Moment, where: str) -> _Moment:
    try:
        moments.check_format(moment.format, moment.zone)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {error}.", code="bad_template") from error
    return moment


def _content(reply: Reply):
    try:
        return partner_words.content_of(reply.headers, reply.body)
    except UnreadableError as error:
        raise _no_page(str(error), reply) from error


def _no_page(why: str, reply: Reply) -> RetryableDeliveryError:
    """The error of an answer that says yes and is no page.

    :param why: the end of a sentence that begins with "the answer"
    """
    return RetryableDeliveryError(
        f"The partner answered, but the answer {why}. It said: "
        f"{what_it_said(reply.headers, reply.body)}",
        code="answer_unreadable",
        remedy="If it goes on like this, compare the address and the template with "
        "the partner's documentation.",
    )

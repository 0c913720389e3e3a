from datetime import datetime, timezone
from uuid import uuid4

import msgspec

from odoo import http
from odoo.http import request

from odoo.addons.mfg_integration_core.controllers import door
from odoo.addons.mfg_integration_core.exceptions import (
    BodyTooLargeError,
    IdConflictError,
    MfgIntegrationError,
)
from odoo.addons.mfg_integration_core.protocols import cloudevents

from ..event_reading import Refused, read
from ..event_store import ACCEPTED, CONFLICT, MAX_ITEMS, store_batch
from ..protocols import device_scope
from ..protocols.device_scope import DOOR
from ..protocols.machine_event import EdgeEvent


class EdgeIngestController(http.Controller):
    """The thin door for machine events: verify, check, store, answer.

    Nothing of Odoo's business is read or written here; aggregation comes later.
    """

    @http.route("/mfg/v1/edge/<string:connector_code>/events", **door.DOOR_ROUTE)
    @door.answers_problems
    def edge_events(self, connector_code, **params):
        """Store one event, a batch or lines of JSON; a result for every event."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        body = door.proven_body(connector, DOOR)
        content_type = request.httprequest.headers.get("Content-Type")
        contracts = request.env["mfg.event.type"]._contracts()
        items = read(connector.id, contracts, content_type, body, _admit(connector))
        items = _permitted(items)
        if cloudevents.is_batch(content_type, body):
            results = take(connector, items) if items else []
            return _answer({"results": results})
        (item,) = items
        if isinstance(item, Refused):
            raise item.error
        (result,) = take(connector, items)
        if result.status == CONFLICT:
            raise _conflict(item)
        return _answer(result)


class Result(msgspec.Struct, gc=False):
    """What became of one event of a request, as the sender reads it.

    :param status: ``accepted``, ``duplicate``, ``conflict`` or ``invalid``
    :param uuid: not of invalid ones
    :param problem: of conflicts and invalid ones
    """

    id: object
    status: str
    uuid: str | msgspec.UnsetType = msgspec.UNSET
    problem: dict | msgspec.UnsetType = msgspec.UNSET


def _admit(connector):
    """What is asked before the events of a request are looked at: are they too many?"""

    def admit(events: int):
        if events > MAX_ITEMS:
            raise BodyTooLargeError(
                f"{events} events in one request; {MAX_ITEMS} are taken at once. Send"
                " smaller batches.",
                code="batch_too_large",
            )
        door.admit(connector, events)

    return admit


def _permitted(items: list[EdgeEvent | Refused]) -> list[EdgeEvent | Refused]:
    """The same, those refused that the proven sender may not send."""
    refusals = {}
    for event_type, source in {_what(item) for item in items if _is_event(item)}:
        try:
            door.assert_may_send(event_type)
            device_scope.assert_speaks_as(request.mfg_scope, source)
        except MfgIntegrationError as error:
            refusals[event_type, source] = error
    if not refusals:
        return items
    return [
        Refused(item.event_id, refusals[_what(item)])
        if _is_event(item) and _what(item) in refusals
        else item
        for item in items
    ]


def _what(event: EdgeEvent) -> tuple[str, str]:
    """What a sender's right to send an event depends on."""
    return event.event_type, event.source


def _is_event(item: EdgeEvent | Refused) -> bool:
    return isinstance(item, EdgeEvent)


def take(connector, items: list[EdgeEvent | Refused]) -> list[Result]:
    """Store the valid ones of these events and say for each what became of it."""
    events = list(filter(_is_event, items))
    types = {event.event_type for event in events}
    deprecated = door.tell_deprecated(connector, types)
    cr = request.env.cr
    statuses = store_batch(
        cr,
        connector.id,
        events,
        received_at=datetime.now(timezone.utc).replace(tzinfo=None),
        batch_uuid=uuid4(),
        invalid_count=len(items) - len(events),
        device_id=device_scope.device_id(request.mfg_scope),
    )
    if ACCEPTED in statuses:
        if deprecated:
            _count_contracts(connector, events, statuses)
        door.wake_after(connector)
    judged = iter(zip(events, statuses, strict=True))
    return [
        _result(*next(judged)) if _is_event(item) else _refused(item) for item in items
    ]


def _count_contracts(connector, events, statuses):
    """Count which contracts are still used, for those that are on their way out."""
    fresh = [
        event.event_type
        for event, status in zip(events, statuses, strict=True)
        if status == ACCEPTED
    ]
    connector.env["mfg.contract.use"]._count(request.env.cr, connector.id, fresh)


def _result(event: EdgeEvent, status: str) -> Result:
    result = Result(event.event_id, status, event.uuid)
    if status == CONFLICT:
        result.problem = _conflict(event).as_problem()
    return result


def _refused(item: Refused) -> Result:
    return Result(item.event_id, "invalid", problem=item.error.as_problem())


def _conflict(event: EdgeEvent) -> IdConflictError:
    return IdConflictError(
        f"An event with the id {event.event_id} and another body was received before."
        " Give every event an id of its own."
    )


def _answer(content):
    return request.make_response(
        msgspec.json.encode(content),
        headers={"Content-Type": "application/json; charset=utf-8"},
        status=202,
    )

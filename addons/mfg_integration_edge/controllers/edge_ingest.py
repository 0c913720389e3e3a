from datetime import datetime, timezone
from uuid import uuid4

from odoo import http
from odoo.http import request

from odoo.addons.mfg_integration_core.controllers import door
from odoo.addons.mfg_integration_core.exceptions import (
    BodyTooLargeError,
    IdConflictError,
    MfgIntegrationError,
    UnknownEventTypeError,
)
from odoo.addons.mfg_integration_core.protocols import cloudevents

from ..event_store import ACCEPTED, CONFLICT, MAX_ITEMS, EdgeEvent, store_batch
from ..protocols import device_scope
from ..protocols.device_scope import DOOR
from ..protocols.machine_events import TYPES


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
        envelopes = cloudevents.parse(content_type, body)
        if len(envelopes) > MAX_ITEMS:
            raise BodyTooLargeError(
                f"{len(envelopes)} events in one request; {MAX_ITEMS} are taken at"
                " once. Send smaller batches.",
                code="batch_too_large",
            )
        door.admit(connector, len(envelopes))
        if cloudevents.is_batch(content_type, body):
            results = take(connector, envelopes)
            return request.make_json_response({"results": results}, status=202)
        check_event(_contracts(), envelopes[0])
        _assert_may_send(envelopes[0])
        (result,) = take(connector, envelopes)
        if result["status"] == CONFLICT:
            raise _conflict(result["id"])
        return request.make_json_response(result, status=202)


def check_event(contracts, envelope: dict):
    """Refuse what is no machine event with valid data.

    :param contracts: the :class:`ContractBook` of the installed addons
    :raise InvalidEventError: with the JSON path of what is wrong
    """
    cloudevents.check_envelope(envelope)
    if envelope["type"] not in TYPES:
        raise UnknownEventTypeError(
            f"{envelope['type'][:100]} is no machine event; this door takes"
            f" {', '.join(TYPES)}.",
            pointer="/type",
            remedy="Send other events to /mfg/v1/events/<connector code>.",
        )
    contracts.check(envelope["type"], envelope.get("data"))


def _assert_may_send(envelope):
    """Refuse an event that the proven sender may not send.

    :raise NotPermittedError: codes ``type_refused``, ``source_refused``
    """
    door.assert_may_send(envelope["type"])
    device_scope.assert_speaks_as(request.mfg_scope, envelope["source"])


def _contracts():
    return request.env["mfg.event.type"]._contracts()


def take(connector, envelopes: list[dict]) -> list[dict]:
    """Store the valid ones of these events and say for each what became of it.

    :return: for each event ``{"id", "uuid", "status"}``; ``invalid`` ones have no
        uuid, ``invalid`` and ``conflict`` ones a ``problem``
    """
    results: list[dict | None] = [None] * len(envelopes)
    contracts, valid = _contracts(), []
    for place, envelope in enumerate(envelopes):
        try:
            check_event(contracts, envelope)
            _assert_may_send(envelope)
        except MfgIntegrationError as error:
            results[place] = {
                "id": envelope.get("id"),
                "status": "invalid",
                "problem": error.as_problem(),
            }
        else:
            valid.append((place, EdgeEvent.of_cloudevent(connector.id, envelope)))
    if not envelopes:
        return results
    types = {event.event_type for _place, event in valid}
    deprecated = door.tell_deprecated(connector, types)
    cr = request.env.cr
    statuses = store_batch(
        cr,
        connector.id,
        [event for _place, event in valid],
        received_at=datetime.now(timezone.utc).replace(tzinfo=None),
        batch_uuid=uuid4(),
        invalid_count=len(envelopes) - len(valid),
        device_id=device_scope.device_id(request.mfg_scope),
    )
    fresh = [
        event.event_type
        for (_place, event), status in zip(valid, statuses, strict=True)
        if status == ACCEPTED
    ]
    if fresh and deprecated:
        connector.env["mfg.contract.use"]._count(cr, connector.id, fresh)
    if fresh:
        door.wake_after(connector)
    for (place, event), status in zip(valid, statuses, strict=True):
        results[place] = _result(event, status)
    return results


def _result(event: EdgeEvent, status: str) -> dict:
    result = {"id": event.event_id, "uuid": str(event.uuid), "status": status}
    if status == CONFLICT:
        result["problem"] = _conflict(event.event_id).as_problem()
    return result


def _conflict(event_id: str) -> IdConflictError:
    return IdConflictError(
        f"An event with the id {event_id} and another body was received before. Give"
        " every event an id of its own."
    )

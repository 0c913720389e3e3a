import hashlib
import time
from datetime import datetime

from odoo import http
from odoo.http import request

from ..exceptions import (
    IdConflictError,
    InvalidEventError,
    MfgIntegrationError,
    NotTakenError,
    UnknownConnectorError,
    UnsupportedMediaError,
)
from ..protocols import cloudevents, trace_context
from ..protocols.arrival import Arrival
from . import door


class InboundController(http.Controller):
    """The doors for events: verify, store, answer 202; the sender never waits."""

    @http.route("/mfg/v1/events/<string:connector_code>", **door.DOOR_ROUTE)
    @door.answers_problems
    def events(self, connector_code, **params):
        """Store one CloudEvent or a batch of the connector's partner."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        body = door.proven_body(connector, door.EVENTS)
        _check_structured(request.httprequest.headers)
        content_type = request.httprequest.headers.get("Content-Type")
        events = cloudevents.parse(content_type, body)
        door.admit(connector, len(events))
        if not cloudevents.is_batch(content_type, body):
            types = connector.env["mfg.event.type"]
            check_event(types._contracts(), types._taken_types(), events[0])
            door.assert_may_send(events[0]["type"])
            arrival = Arrival.of_cloudevent(
                events[0], body, traceparent=_traceparent_header()
            )
            (result,) = _store(connector, [arrival], door.signed_at(connector))
            return _single_response(result)
        return request.make_json_response(
            {"results": _store_batch(connector, events)}, status=202
        )

    @http.route("/mfg/v1/hooks/<string:connector_code>", **door.DOOR_ROUTE)
    @door.answers_problems
    def hook(self, connector_code, **params):
        """Store a vendor's own webhook; its template may say how it is signed."""
        connector = request.env["mfg.connector"]._by_code(connector_code)
        if not connector.template:
            raise UnknownConnectorError(
                "This connector has no template that could read a vendor's webhook."
                f" Send CloudEvents to /mfg/v1/events/{connector.code}.",
                code="no_webhooks",
            )
        template = connector._get_template()
        raw = door.raw_body(connector)
        headers = request.httprequest.headers
        if template.signs_webhooks_itself:
            door.assert_address(connector)
            with door.asking_for_a_signature(connector):
                template.verify_webhook(
                    door.inbound_secrets(connector),
                    headers,
                    raw,
                    time.time(),
                    connector._limit("tolerance_s"),
                )
        else:
            door.prove(connector, raw, door.HOOKS)
            door.assert_may_send(None)
        body = door.unpack(connector, raw)
        template.check_webhook(headers, body)
        door.admit(connector, 1)
        arrival, signed_at = _hook_arrival(template, headers, body), None
        if not template.signs_webhooks_itself:
            signed_at = door.signed_at(connector)
        (result,) = _store(connector, [arrival], signed_at)
        return _single_response(result)


def check_event(contracts, taken, event: dict):
    """Refuse what is no CloudEvent of a type taken here with valid data.

    :param contracts: the :class:`ContractBook` of the installed addons
    :param taken: names of the types that have a handler
    :raise InvalidEventError: with the JSON path of what is wrong
    """
    cloudevents.check_envelope(event)
    contracts.assert_known(event["type"])
    if event["type"] not in taken:
        raise NotTakenError(
            f"{event['type']} only goes out: this hub sends it, and nothing here"
            " handles it when it comes in.",
            pointer="/type",
            remedy="/mfg/v1/openapi.json names the types that this door takes.",
        )
    contracts.check(event["type"], event.get("data"))


def _store_batch(connector, events: list[dict]) -> list[dict]:
    """One result per event of a batch; a bad one does not fail the rest."""
    types, traceparent = connector.env["mfg.event.type"], _traceparent_header()
    contracts, taken = types._contracts(), types._taken_types()
    results: list[dict | None] = [None] * len(events)
    good = []
    for place, event in enumerate(events):
        try:
            check_event(contracts, taken, event)
            door.assert_may_send(event["type"])
        except MfgIntegrationError as error:
            results[place] = {
                "id": event.get("id"),
                "status": "invalid",
                "problem": error.as_problem(),
            }
        else:
            arrival = Arrival.of_cloudevent(event, traceparent=traceparent)
            good.append((place, arrival))
    arrivals = [arrival for _place, arrival in good]
    stored = _store(connector, arrivals, door.signed_at(connector))
    for (place, _arrival), result in zip(good, stored, strict=True):
        results[place] = result
    return results


def _store(
    connector, arrivals: list[Arrival], signed_at: datetime | None
) -> list[dict]:
    """Store events in the request's transaction, which wakes the workers.

    :param signed_at: see :func:`door.signed_at`
    """
    if not arrivals:
        return []
    deprecated = door.tell_deprecated(connector, {one.event_type for one in arrivals})
    cr, inbox = request.env.cr, connector.env["mfg.inbox.event"]
    results = inbox._accept(
        cr,
        connector,
        arrivals,
        beside=door.counting(connector),
        sent=signed_at,
    )
    fresh = [
        arrival.event_type
        for arrival, result in zip(arrivals, results, strict=True)
        if result["status"] == "accepted"
    ]
    if fresh:
        door.is_counted()
        if deprecated:
            connector.env["mfg.contract.use"]._count(cr, connector.id, fresh)
        door.wake_after(connector)
    return results


def _check_structured(headers):
    """Refuse a CloudEvent whose attributes are headers, which no signature covers.

    :raise UnsupportedMediaError: it is in binary mode
    """
    if "ce-specversion" in headers:
        raise UnsupportedMediaError(
            "This is a CloudEvent in binary mode, whose headers the signature does not"
            " cover. Send it in structured mode: one JSON body of the type"
            f" {cloudevents.MEDIA_TYPE}."
        )


def _hook_arrival(template, headers, body: bytes) -> Arrival:
    """A vendor's webhook as it is stored; what it means is found out later."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        event_id = template.webhook_id(headers, body)
        ordering_key = template.webhook_key(headers, body)
    except InvalidEventError:
        # Nothing is lost for a mapping that fails: it is stored under its digest,
        # and the handling says what is wrong.
        event_id = ordering_key = f"sha256:{digest}"
    return Arrival(
        event_id=event_id,
        event_type="native",
        body=body,
        content_type=headers.get("Content-Type", ""),
        digest=digest,
        ordering_key=ordering_key,
        headers=template.kept_headers(headers),
        traceparent=trace_context.first_valid(headers.get("traceparent")),
    )


def _traceparent_header() -> str | None:
    return request.httprequest.headers.get("traceparent")


def _single_response(result: dict):
    """The answer for one event.

    :raise IdConflictError: its id was used before for another body
    """
    if result["status"] == "conflict":
        raise IdConflictError(result["problem"]["detail"])
    return request.make_json_response(result, status=202)

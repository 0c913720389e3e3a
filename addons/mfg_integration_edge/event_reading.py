"""A request's events as the edge door reads them: valid ones, and what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.addons.mfg_integration_core.exceptions import (
    MfgIntegrationError,
    UnknownEventTypeError,
)
from odoo.addons.mfg_integration_core.protocols import cloudevents
from odoo.addons.mfg_integration_core.protocols.contract import ContractBook

from .protocols import machine_decoder
from .protocols.machine_event import EdgeEvent
from .protocols.machine_events import TYPES


@dataclass(frozen=True)
class Refused:
    """An event of a request that is not stored.

    :param event_id: as it was sent; None where none was
    """

    event_id: object
    error: MfgIntegrationError


def read(
    connector_id: int,
    contracts: ContractBook,
    content_type: str | None,
    body: bytes,
    admit: Callable[[int], None],
) -> list[EdgeEvent | Refused]:
    """The events of a body in the order sent.

    :param admit: called with their number before any of them is judged; it raises
        where there are too many
    :raise UnsupportedMediaError: other media type, or a charset other than UTF-8
    :raise InvalidEventError: the body cannot be read, or an item is no event at all
    """
    events = machine_decoder.read(connector_id, content_type, body)
    if events is not None:
        admit(len(events))
        return events
    envelopes = cloudevents.parse(content_type, body)
    admit(len(envelopes))
    return [_judged(connector_id, contracts, envelope) for envelope in envelopes]


def _judged(
    connector_id: int, contracts: ContractBook, envelope: dict
) -> EdgeEvent | Refused:
    event = machine_decoder.read_one(connector_id, envelope)
    if event is not None:
        return event
    try:
        check_event(contracts, envelope)
    except MfgIntegrationError as error:
        return Refused(envelope.get("id"), error)
    return EdgeEvent.of_cloudevent(connector_id, envelope)


def check_event(contracts: ContractBook, envelope: dict) -> None:
    """Refuse what is no machine event with valid data.

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

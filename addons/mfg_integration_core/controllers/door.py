"""What all doors have in common: verify on the raw bytes, answer, count."""

import functools
import gzip
import logging
import time
from contextlib import contextmanager
from datetime import datetime

from werkzeug.http import parse_accept_header

from odoo.http import request
from odoo.tools import SQL

from ..exceptions import (
    BodyTooLargeError,
    CredentialsError,
    MethodError,
    MfgIntegrationError,
    SignatureError,
    UnknownConnectorError,
)
from ..models.mfg_door_counter import ACCEPTED
from ..protocols import (
    deprecation,
    http_body,
    key_scope,
    partner_credentials,
    webhook_signature,
)
from ..unit_of_work import after_commit, see_what_others_commit
from .problems import problem_response

_logger = logging.getLogger(__name__)

#: Shorter answers fit into a packet or two anyway.
WORTH_PACKING_BYTES = 2048
#: Codes of the doors, as a key may be limited to some (``mfg.door``).
EVENTS, HOOKS, OUTBOX, MESSAGES = "events", "hooks", "outbox", "messages"
#: How a route that takes events is declared.
DOOR_ROUTE = {
    "type": "http",
    "auth": "mfg_door",
    "methods": ["POST"],
    "csrf": False,
    "save_session": False,
}


def answers_problems(door):
    """Let ``door(self, ...)`` answer its errors as RFC 9457 asks.

    Every answer is counted by its code, refused ones included, for the connector in the
    address or that of :func:`count_for`, and tells what :func:`tell` was given.
    """

    @functools.wraps(door)
    def answer(self, **params):
        # All anew, since Odoo runs a request again after a concurrency error.
        request.mfg_headers, request.mfg_counted = {}, False
        count_for(params.get("connector_code", ""))
        see_what_others_commit(request.env.cr)
        try:
            _assert_no_options()
            response = door(self, **params)
            code = ACCEPTED
        except MfgIntegrationError as error:
            response = problem_response(error)
            code = error.code
        response.headers.update(request.mfg_headers)
        _pack(response)
        _count(request.mfg_counted_for, response.status_code, code)
        return response

    return answer


def wake_after(connector):
    """Have the connector drained for what this request stores, once it is committed."""
    if connector.state == "live":
        after_commit(request.env.cr, connector._wake_if_asleep)


def count_for(connector_code: str):
    """Count this request's answer for a connector that its address does not name."""
    request.mfg_counted_for = connector_code


def counting(connector) -> SQL:
    """A CTE that counts this request's answer where ``stored`` has rows.

    For a door whose one statement can do so; it then says :func:`is_counted`.
    """
    return request.env["mfg.door.counter"]._counting_what_is_stored(connector.code)


def is_counted():
    """This request's answer, an acceptance, is counted with what it stored."""
    request.mfg_counted = True


def _pack(response):
    """Compress an answer that is long, for who asked for it."""
    body = response.get_data()
    if len(body) < WORTH_PACKING_BYTES:
        return
    response.headers["Vary"] = "Accept-Encoding"
    asked = parse_accept_header(request.httprequest.headers.get("Accept-Encoding"))
    if asked["gzip"]:
        response.set_data(gzip.compress(body))
        response.headers["Content-Encoding"] = "gzip"


def tell(headers: dict[str, str]):
    """Put header fields on the answer of this request, whatever it will be."""
    request.mfg_headers.update(headers)


def admit(connector, events: int):
    """Count the events of a proven sender against its limit, where it has one.

    :raise RateLimitError: it sent too many before
    """
    quota = connector._take_quota(events)
    if quota is None:
        return
    tell(quota.headers())
    if quota.refused:
        raise connector._refuse_over(quota)


def tell_deprecated(connector, event_types) -> bool:
    """Tell the sender which of the contracts that it used are on their way out.

    :return: whether there is one
    """
    book = connector.env["mfg.event.type"]._contracts()
    deprecations = book.deprecations(event_types)
    tell(deprecation.headers(deprecations))
    return bool(deprecations)


def _assert_no_options():
    """Refuse OPTIONS, which Odoo passes on to every route.

    :raise MethodError: it is asked for
    """
    if request.httprequest.method == "OPTIONS":
        raise MethodError("This door takes POST and nothing else. Send it with POST.")


def proven_body(connector, door: str) -> bytes:
    """The body of a proven sender, decompressed.

    :param door: code of the door that it is at
    :raise BodyTooLargeError: longer than the connector allows, packed or unpacked
    :raise SignatureError: the sender is not proven
    :raise CredentialsError: the same, where it proves itself by key, login or token
    :raise NotPermittedError: it may not use this door, or not from its address
    """
    raw = raw_body(connector)
    prove(connector, raw, door)
    return unpack(connector, raw)


def raw_body(connector) -> bytes:
    """The body as it came over the wire."""
    raw, most = request.mfg_body.data, connector._limit("max_body_bytes")
    if raw is None or len(raw) > most:
        raise BodyTooLargeError(
            f"The body is longer than {most} bytes, which is what"
            " this connector takes at once. Send smaller batches."
        )
    return raw


def assert_address(connector):
    """Refuse who calls from an address that the connector does not take calls from.

    The address is the one that Odoo trusts: in proxy mode what the proxy in front of
    it says, else the other end of the connection.

    :raise NotPermittedError: code ``address_refused``
    """
    key_scope.assert_source(
        request.httprequest.remote_addr,
        key_scope.read_sources(connector.allowed_sources or ""),
        "This connector",
    )


def assert_may_send(event_type: str | None):
    """Refuse an event of a type that the proven sender's key may not send.

    :param event_type: None for a vendor's own webhook
    :raise NotPermittedError: code ``type_refused``
    """
    request.mfg_scope.assert_may_send(event_type)


def prove(connector, raw: bytes, door: str):
    """Return when the caller is the connector's partner and may use the door.

    :param raw: the body as it came over the wire, for those who sign it
    :param door: its code
    :raise SignatureError: it does not prove that by its signature
    :raise CredentialsError: nor by its key, login or token
    :raise NotPermittedError: it may not use this door, or not from its address
    """
    assert_address(connector)
    request.mfg_scope = key_scope.UNLIMITED
    proof = connector._proof_at(door)
    if proof == "signature":
        with asking_for_a_signature(connector):
            _verify_standard(connector, raw)
        return
    try:
        scope = connector._check_credentials(request.httprequest.headers, proof)
    except CredentialsError as error:
        if error.code == "token_key_unknown" and connector._wish_for_keys():
            after_commit(request.env.cr, connector._fetch_wished_keys_soon)
        raise
    scope.assert_opens(door, request.httprequest.remote_addr)
    request.mfg_scope = scope


def signed_at(connector) -> datetime | None:
    """When a proven sender sent it, by its clock: naive UTC; None where none says."""
    if connector.inbound_auth != "signature":
        return None
    return webhook_signature.signed_at(request.httprequest.headers)


@contextmanager
def asking_for_a_signature(connector):
    """Have a refusal in this block name the connector that is signed for."""
    try:
        yield
    except SignatureError as error:
        error.challenge = partner_credentials.challenge(error.challenge, connector.code)
        raise


def _verify_standard(connector, raw: bytes):
    """Check a Standard Webhooks signature against the connector's secrets."""
    webhook_signature.verify(
        inbound_secrets(connector),
        request.httprequest.headers,
        raw,
        now=time.time(),
        tolerance_s=connector._limit("tolerance_s"),
    )


def inbound_secrets(connector) -> list[str]:
    """Secrets that the sender may have signed with.

    :raise SignatureError: the connector has none, so nobody can be proven
    """
    secrets = connector._secrets("inbound")
    if not secrets:
        raise SignatureError(
            "This connector has no secret to check signatures with. The administrator"
            " of Odoo creates one on the connector's form.",
            code="secret_missing",
        )
    return secrets


def unpack(connector, raw: bytes) -> bytes:
    """The body without its content coding, never longer than the connector allows."""
    return http_body.decode(
        raw,
        request.httprequest.headers.get("Content-Encoding"),
        connector._limit("max_body_bytes"),
    )


def _count(connector_code, status, code):
    """Count an answer; unknown connectors share one count."""
    if request.mfg_counted and code == ACCEPTED:
        return
    known = "" if code == UnknownConnectorError.code else connector_code
    request.env["mfg.door.counter"]._count(request.env.cr, known, status, code)
    if status >= 400:
        _logger.info("Door of %s answered %s %s", connector_code[:64], status, code)

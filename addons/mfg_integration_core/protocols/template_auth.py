"""Credentials that go with a request as they are; sessions are ``template_session.py``.

=====================  ======================================================
``none``               nothing
``bearer``             ``Authorization: Bearer <secret>``
``basic``              HTTP Basic with the connector's user and secret
``api_key``            the secret in the header ``header``
``header``             the text ``value`` in the header ``header``, with
                       ``{username}`` and ``{secret}`` filled in
``standard_webhooks``  the secret is not sent: the body is signed with it
``session``            a log-in, then what it gave in a header or cookie
``oauth2``             client credentials: a token for user (client id)
                       and secret
=====================  ======================================================
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import TypedDict

from ..exceptions import PermanentDeliveryError, SignatureError
from . import webhook_signature

#: Schemes whose credentials a request to the partner has to fetch first.
WITH_LOGIN = frozenset({"session", "oauth2"})
HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")


class ConnectorView(TypedDict):
    """What a template may know of a connector."""

    base_url: str
    username: str
    secret: str


def secret_headers(auth: Mapping) -> frozenset[str]:
    """Lower-case names of the headers that hold the secret, never to be recorded."""
    if auth["scheme"] == "none":
        return frozenset()
    if auth["scheme"] == "standard_webhooks":
        return frozenset({"webhook-signature"})
    sent = auth.get("send", auth)
    if "cookie" in sent:
        return frozenset({"cookie"})
    names = {sent.get("header", "Authorization")}
    given = auth.get("session", {})
    if "header" in given:
        names.add(given["header"])
    return frozenset(name.lower() for name in names)


def credentials(
    auth: Mapping, connector: ConnectorView, message_id: str, body: bytes | None
) -> dict[str, str]:
    """The headers that prove who we are; none yet where a log-in comes first.

    :param message_id: the same when the message is sent again
    :param body: what is signed where the partner wants a signature
    :raise PermanentDeliveryError: code ``credentials_missing``
    """
    scheme = auth["scheme"]
    if scheme == "none" or scheme in WITH_LOGIN:
        return {}
    secret, username = connector["secret"], connector["username"]
    if scheme == "basic":
        assert_given(secret)
        return {"Authorization": basic(username, secret)}
    if scheme == "header":
        value = auth["value"].replace("{username}", username)
        value = value.replace("{secret}", secret)
        assert_given(secret, value)
        return {auth["header"]: value}
    assert_given(secret, secret)
    if scheme == "standard_webhooks":
        return _signature(secret, message_id, body or b"")
    if scheme == "api_key":
        return {auth["header"]: secret}
    return {"Authorization": f"Bearer {secret}"}


def _signature(secret: str, message_id: str, body: bytes) -> dict[str, str]:
    now = int(time.time())
    try:
        signature = webhook_signature.sign(secret, message_id, now, body)
    except SignatureError as error:
        raise PermanentDeliveryError(
            error.detail, code="credentials_missing"
        ) from error
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature,
    }


def basic(username: str, secret: str) -> str:
    """The value of an ``Authorization`` header of HTTP Basic (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode()


def assert_given(secret: str, header: str = "") -> None:
    """Return when there is a secret, and a header can hold what is made of it.

    :raise PermanentDeliveryError: code ``credentials_missing``; shows neither
    """
    if not secret or not HEADER_VALUE.fullmatch(header):
        raise PermanentDeliveryError(
            "The connector's secret is missing or holds characters that cannot be "
            "sent. Enter it in the connector's settings, then press Retry.",
            code="credentials_missing",
        )

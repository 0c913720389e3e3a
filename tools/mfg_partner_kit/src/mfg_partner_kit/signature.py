"""Standard Webhooks signatures, the sender's side.

Source: https://github.com/standard-webhooks/standard-webhooks (spec folder)
"""

import base64
import binascii
import hashlib
import hmac

from .errors import KitError

PREFIX = "whsec_"
#: Signs like any other secret and is nobody's.
FOREIGN_SECRET = PREFIX + base64.b64encode(b"nobody shares this secret here.").decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign.

    :param secret: ``whsec_<base64>``; the prefix may be missing
    :raise KitError: when it is no such secret; the text does not repeat it
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise KitError(
            f"The secret is not {PREFIX}<base64>.",
            "Copy it once more from the connector's form, without quotes.",
        )
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: ``v1,<base64>``.

    :param timestamp: epoch seconds, the value of ``webhook-timestamp``
    :param body: the bytes as they go over the wire
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()

"""Signatures as the senders make them, written apart from the suite's own code."""

import base64
import hashlib
import hmac


def standard_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> dict:
    """Headers of the Standard Webhooks scheme.

    :param secret: ``whsec_`` followed by the key in base64
    Source: github.com/standard-webhooks/standard-webhooks, "Signature scheme".
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def cmms_webhook(secret: str, timestamp: int, body: bytes) -> dict:
    """Header of the CMMS's own scheme: hex HMAC-SHA256 over ``<timestamp>.<body>``."""
    signed = f"{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"X-Cmms-Signature": f"t={timestamp},v1={digest}"}

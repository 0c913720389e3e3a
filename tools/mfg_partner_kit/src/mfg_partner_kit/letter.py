"""One request, before it is signed; a case spoils what it wants to have wrong."""

from dataclasses import dataclass, field

from . import __version__, signature

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
PLAIN = "application/json"
SIGNATURE = "webhook-signature"


@dataclass(frozen=True)
class Letter:
    """What is posted, and how it is signed.

    :param about: what it is, for the report: ``the example``
    :param message_id: value of ``webhook-id``
    :param age_s: how old the signature's timestamp claims to be, in seconds
    :param signed: the bytes that the signature is for, when not those of the body
    :param secret: what to sign with, when not the one that both sides share
    :param signature: ``webhook-signature`` with ``{}`` where the right one stands
    :param without: headers that are left out
    :param path: instead of that of the address
    """

    about: str
    body: bytes
    message_id: str
    content_type: str = SINGLE
    method: str = "POST"
    age_s: int = 0
    signed: bytes | None = None
    secret: str | None = None
    signature: str = "{}"
    without: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    path: str | None = None

    def signed_headers(self, shared_secret: str, now: float) -> dict[str, str]:
        """The headers to send at that moment.

        :param now: epoch seconds
        """
        timestamp = int(now) - self.age_s
        content = self.body if self.signed is None else self.signed
        right = signature.sign(
            self.secret or shared_secret, self.message_id, timestamp, content
        )
        headers = {
            "content-type": self.content_type,
            "user-agent": f"mfg-partner-kit/{__version__}",
            "webhook-id": self.message_id,
            "webhook-timestamp": str(timestamp),
            SIGNATURE: self.signature.format(right),
            **self.headers,
        }
        return {
            name: value for name, value in headers.items() if name not in self.without
        }

"""A peer that keeps records under numbers of its own and calls back about them."""

import hmac
import json
import time
from collections.abc import Callable, Mapping

from .courier import Parcel
from .peer import Answer, Peer, Refusal, Request


class RecordKeeper(Peer):
    """Keeps records in its ledger, so that they survive its being killed.

    :cvar record: what the ledger and the people call one
    :cvar number: the field that has its number
    :param credential: what proves a caller, in the header :attr:`proof` writes it in
    :param webhook_secret: what its own calls are signed with
    """

    record = "record"
    number = "id"
    #: Header that proves a caller, and what stands before the credential in it.
    proof = ("Authorization", "Bearer ")

    def __init__(self, *, credential: str, webhook_secret: str, **options):
        self._credential = credential
        self.webhook_secret = webhook_secret
        self.records: dict[str, dict] = {}
        self._number_by_key: dict[str, str] = {}
        super().__init__(**options)
        for entry in self.ledger.entries():
            if isinstance(entry.get(self.record), dict):
                self.remember(entry)

    # ------------------------------------------------------------------- API

    def check_credentials(self, request: Request) -> None:
        header, before = self.proof
        sent = request.headers.get(header, "")
        if not hmac.compare_digest(sent.encode(), (before + self._credential).encode()):
            raise Refusal(401, f"{header} is wrong")

    def ping(self, _request: Request) -> Answer:
        return Answer(200, {"status": "up"})

    def show(self, _request: Request, number: str) -> Answer:
        return Answer(200, self.found(number))

    def having(self, name: str, value: str | None) -> Answer:
        """The records that have a value in a field."""
        with self.lock:
            every = list(self.records.values())
        return Answer(200, [each for each in every if each.get(name) == value])

    # --------------------------------------------------------------- records

    def found(self, number: str) -> dict:
        """A record.

        :raise Refusal: 404 when there is none of that number
        """
        with self.lock:
            if number not in self.records:
                raise Refusal(404, f"no {self.record} {number}")
            return self.records[number]

    def create(self, request: Request, make: Callable[[], dict]) -> dict:
        """The record that ``make`` returns, kept; the one before for a repeated key."""
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            known = self._number_by_key.get(key) if key else None
            if known and self.manners.mode == "dedupe":
                said = {self.number: known, "idempotency_key": key}
                self.ledger.append("replayed", **said)
                return self.records[known]
            record = make()
            self.keep("created", record, idempotency_key=key)
        return record

    def keep(self, kind: str, record: dict, **facts) -> None:
        """Write a record down as it is now."""
        entry = {self.record: record, **facts}
        self.ledger.append(kind, **entry)
        self.remember({"kind": kind, **entry})

    def remember(self, entry: Mapping) -> None:
        """Take over a line of the ledger about a record."""
        record, key = entry[self.record], entry.get("idempotency_key")
        self.records[record[self.number]] = record
        if key and entry["kind"] == "created":
            self._number_by_key[key] = record[self.number]

    # ------------------------------------------------------------- call back

    def call_back(
        self, notice: dict, sign: Callable[[bytes], dict[str, str]], facts: dict
    ) -> None:
        """Tell Odoo, twice where the manners say so.

        :param sign: the headers that sign a body; called for each try
        :param facts: what the ledger says of the call
        """
        self.courier.send(
            Parcel(
                url=f"{self.odoo}/mfg/v1/hooks/{self.connector}",
                body=json.dumps(notice).encode(),
                content_type="application/json",
                sign=sign,
                facts=facts,
                copies=2 if self.manners.take("repeat_times") else 1,
                not_before=time.monotonic() + self.manners.call_back_after_s,
            )
        )


def require_texts(wanted: Mapping, *names: str) -> None:
    """Refuse with 422 what has no text in one of these fields."""
    for name in names:
        if not isinstance(wanted.get(name), str) or not wanted[name]:
            raise Refusal(422, f"{name}: a text is expected")


def require_numbers(wanted: Mapping, *names: str) -> None:
    """Refuse with 422 what has no number in one of these fields."""
    for name in names:
        value = wanted.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal(422, f"{name}: a number is expected")

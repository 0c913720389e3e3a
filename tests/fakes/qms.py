"""A QMS with its own ids and words; its webhooks follow Standard Webhooks.

API (header ``X-Api-Key``): ``GET /v2/ping``, ``POST /v2/inspections``,
``GET /v2/inspections?source_ref=``, ``GET /v2/inspections/<id>``.
It calls back ``POST <odoo>/mfg/v1/hooks/<connector>`` when an inspection is decided.
Control door: ``POST /_control/inspections/<id>`` is the inspector at a screen,
``{"decision": word, "decided_by": str, "comment": str}``.
"""

import hmac
import json
import time
from datetime import datetime, timezone

from .courier import Parcel
from .peer import Answer, Peer, Refusal, Request, argument_parser
from .signing import standard_webhook

DECISIONS = (
    "USAGE_DECISION_ACCEPT",
    "USAGE_DECISION_DEVIATION",
    "USAGE_DECISION_REJECT",
    "USAGE_DECISION_REWORK",
)
WORDS = ("OPEN", "IN_TEST", *DECISIONS)
FIRST_NUMBER = 77


class Qms(Peer):
    """A QMS: inspections, usage decisions, callbacks."""

    name = "qms"
    ROUTES = (
        ("GET", r"/v2/ping", "ping"),
        ("POST", r"/v2/inspections", "create_inspection"),
        ("GET", r"/v2/inspections", "find_inspections"),
        ("GET", r"/v2/inspections/([^/]+)", "show_inspection"),
    )
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/inspections/([^/]+)", "decide_inspection"),
    )

    def __init__(self, *, api_key: str, webhook_secret: str, **options):
        self._api_key = api_key
        self._webhook_secret = webhook_secret
        self._inspections: dict[str, dict] = {}
        self._id_by_key: dict[str, str] = {}
        super().__init__(**options)
        self._restore()

    # ------------------------------------------------------------------- API

    def check_credentials(self, request: Request) -> None:
        sent = request.headers.get("X-Api-Key", "")
        if not hmac.compare_digest(sent.encode(), self._api_key.encode()):
            raise Refusal(401, "the API key is wrong")

    def ping(self, _request: Request) -> Answer:
        return Answer(200, {"status": "up"})

    def create_inspection(self, request: Request) -> Answer:
        wanted = request.json()
        self._check_inspection(wanted)
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            known = self._id_by_key.get(key) if key else None
            if known and self.manners.mode == "dedupe":
                self.ledger.append("replayed", id=known, idempotency_key=key)
                return self._created(known)
            number = f"Q-{FIRST_NUMBER + len(self._inspections)}"
            inspection = {**wanted, "id": number, "status": "OPEN"}
            self.ledger.append("created", inspection=inspection, idempotency_key=key)
            self._remember(inspection, key)
        return self._created(number)

    def find_inspections(self, request: Request) -> Answer:
        wanted = request.query.get("source_ref")
        with self.lock:
            every = list(self._inspections.values())
        return Answer(200, [one for one in every if one.get("source_ref") == wanted])

    def show_inspection(self, _request: Request, number: str) -> Answer:
        return Answer(200, self._inspection(number))

    # --------------------------------------------------------------- control

    def decide_inspection(self, request: Request, number: str) -> Answer:
        """An inspector takes the usage decision; Odoo is called back."""
        wanted = request.json()
        decision = wanted.get("decision")
        if decision not in WORDS:
            raise Refusal(422, f"decision is one of {', '.join(WORDS)}")
        with self.lock:
            inspection = {**self._inspection(number), "status": decision}
            self.ledger.append("changed", inspection=inspection)
            self._inspections[number] = inspection
            self._call_back(inspection, wanted)
        return Answer(200, inspection)

    # -------------------------------------------------------------- internal

    def _call_back(self, inspection: dict, wanted: dict) -> None:
        notice = {
            "type": "inspection.decision",
            "inspection": inspection["id"],
            "decision": inspection["status"],
            "decided_by": wanted.get("decided_by", "Q. Inspector"),
            "decided_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "comment": wanted.get("comment", ""),
        }
        call_id = f"qms-{inspection['id']}-{time.time_ns()}"
        self.courier.send(
            Parcel(
                url=f"{self.odoo}/mfg/v1/hooks/{self.connector}",
                body=json.dumps(notice).encode(),
                content_type="application/json",
                sign=lambda body: standard_webhook(
                    self._webhook_secret, call_id, int(time.time()), body
                ),
                facts={"id": inspection["id"], "decision": inspection["status"]},
                copies=2 if self.manners.take("repeat_times") else 1,
            )
        )

    @staticmethod
    def _created(number: str) -> Answer:
        return Answer(201, {"id": number}, {"Location": f"/v2/inspections/{number}"})

    def _inspection(self, number: str) -> dict:
        with self.lock:
            if number not in self._inspections:
                raise Refusal(404, f"no inspection {number}")
            return self._inspections[number]

    @staticmethod
    def _check_inspection(wanted: dict) -> None:
        for name in ("lot", "item", "source_ref"):
            if not isinstance(wanted.get(name), str) or not wanted[name]:
                raise Refusal(422, f"{name}: a text is expected")
        quantity = wanted.get("qty")
        if isinstance(quantity, bool) or not isinstance(quantity, int | float):
            raise Refusal(422, "qty: a number is expected")

    def _remember(self, inspection: dict, key: str | None) -> None:
        self._inspections[inspection["id"]] = inspection
        if key:
            self._id_by_key[key] = inspection["id"]

    def _restore(self) -> None:
        """Read the store back from the ledger, after the process was killed."""
        for entry in self.ledger.entries():
            if entry["kind"] in ("created", "changed"):
                self._remember(entry["inspection"], entry.get("idempotency_key"))


def main() -> None:
    parser = argument_parser(Qms)
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Qms(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

"""A CMMS with its own ids, words and signature.

API (bearer token): ``GET /api/ping``, ``POST /api/workorders``,
``GET /api/workorders?external_ref=``, ``GET /api/workorders/<number>``,
``PATCH /api/workorders/<number>`` with ``{"status": word}``.
It calls back ``POST <odoo>/mfg/v1/hooks/<connector>`` when a work order changes,
whoever changed it: what it was told over its API comes back as well.
Control door: ``POST /_control/workorders/<number>`` is the technician at a screen,
``{"status": word, "technician": str, "note": str}``.
"""

import hmac
import json
import time

from .courier import Parcel
from .peer import Answer, Peer, Refusal, Request, argument_parser
from .signing import cmms_webhook

STATUSES = (
    "NEW",
    "PLANNED",
    "WIP",
    "AWAITING_PARTS",
    "FINISHED",
    "SIGNED_OFF",
    "VOID",
)
PRIORITIES = ("P1", "P2", "P3", "P4")
FIRST_NUMBER = 1001


class Cmms(Peer):
    """A CMMS: work orders, technicians, callbacks."""

    name = "cmms"
    ROUTES = (
        ("GET", r"/api/ping", "ping"),
        ("POST", r"/api/workorders", "create_work_order"),
        ("GET", r"/api/workorders", "find_work_orders"),
        ("GET", r"/api/workorders/([^/]+)", "show_work_order"),
        ("PATCH", r"/api/workorders/([^/]+)", "set_status"),
    )
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/workorders/([^/]+)", "progress_work_order"),
    )

    def __init__(self, *, token: str, webhook_secret: str, **options):
        self._token = token
        self._webhook_secret = webhook_secret
        self._orders: dict[str, dict] = {}
        self._number_by_key: dict[str, str] = {}
        self._told_keys: set[str] = set()
        super().__init__(**options)
        self._restore()

    # ------------------------------------------------------------------- API

    def check_credentials(self, request: Request) -> None:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self._token}".encode()):
            raise Refusal(401, "the bearer token is wrong")

    def ping(self, _request: Request) -> Answer:
        return Answer(200, {"pong": True})

    def create_work_order(self, request: Request) -> Answer:
        wanted = request.json()
        self._check_work_order(wanted)
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            number = self._number_by_key.get(key) if key else None
            if number and self.manners.mode == "dedupe":
                self.ledger.append("replayed", wo_no=number, idempotency_key=key)
                return Answer(201, self._orders[number])
            number = f"WO-{FIRST_NUMBER + len(self._orders)}"
            order = {**wanted, "wo_no": number, "status": "NEW", "version": 1}
            self.ledger.append("created", order=order, idempotency_key=key)
            self._remember(order, key)
        return Answer(201, order, {"Location": f"/api/workorders/{number}"})

    def find_work_orders(self, request: Request) -> Answer:
        wanted = request.query.get("external_ref")
        with self.lock:
            return Answer(
                200,
                [o for o in self._orders.values() if o.get("external_ref") == wanted],
            )

    def show_work_order(self, _request: Request, number: str) -> Answer:
        return Answer(200, self._order(number))

    def set_status(self, request: Request, number: str) -> Answer:
        """The status that another system says; the same message sets it once."""
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            if key and key in self._told_keys:
                return Answer(200, self._order(number))
            order = self._change(number, request.json(), by="api", key=key)
        return Answer(200, order)

    # --------------------------------------------------------------- control

    def progress_work_order(self, request: Request, number: str) -> Answer:
        """A technician changes the status; Odoo is called back."""
        return Answer(200, self._change(number, request.json(), by="technician"))

    # -------------------------------------------------------------- internal

    def _change(
        self, number: str, wanted: dict, *, by: str, key: str | None = None
    ) -> dict:
        """Give a work order its new status and call Odoo back."""
        status = wanted.get("status")
        if status not in STATUSES:
            raise Refusal(422, f"status is one of {', '.join(STATUSES)}")
        with self.lock:
            order = self._order(number)
            order = {**order, "status": status, "version": order["version"] + 1}
            self.ledger.append("changed", order=order, by=by, idempotency_key=key)
            self._orders[number] = order
            if key:
                self._told_keys.add(key)
            self._call_back(order, wanted)
        return order

    def _call_back(self, order: dict, wanted: dict) -> None:
        notice = {
            "event": "workorder.changed",
            "wo_no": order["wo_no"],
            "status": order["status"],
            "version": order["version"],
            "changed_at": int(time.time() * 1000),
            "technician": wanted.get("technician", "R. Alvarez"),
            "note": wanted.get("note", ""),
        }
        self.courier.send(
            Parcel(
                url=f"{self.odoo}/mfg/v1/hooks/{self.connector}",
                body=json.dumps(notice).encode(),
                content_type="application/json",
                sign=lambda body: cmms_webhook(
                    self._webhook_secret, int(time.time()), body
                ),
                facts={"wo_no": order["wo_no"], "status_word": order["status"]},
                copies=2 if self.manners.take("repeat_times") else 1,
            )
        )

    def _order(self, number: str) -> dict:
        with self.lock:
            if number not in self._orders:
                raise Refusal(404, f"no work order {number}")
            return self._orders[number]

    @staticmethod
    def _check_work_order(wanted: dict) -> None:
        for name in ("summary", "asset", "external_ref"):
            if not isinstance(wanted.get(name), str) or not wanted[name]:
                raise Refusal(422, f"{name}: a text is expected")
        if wanted.get("priority") not in PRIORITIES:
            raise Refusal(422, f"priority: one of {', '.join(PRIORITIES)}")

    def _remember(self, order: dict, key: str | None) -> None:
        self._orders[order["wo_no"]] = order
        if key:
            self._number_by_key[key] = order["wo_no"]

    def _restore(self) -> None:
        """Read the store back from the ledger, after the process was killed."""
        for entry in self.ledger.entries():
            if entry["kind"] in ("created", "changed"):
                created = entry["kind"] == "created"
                key = entry.get("idempotency_key")
                self._remember(entry["order"], key if created else None)
                if key and not created:
                    self._told_keys.add(key)


def main() -> None:
    parser = argument_parser(Cmms)
    parser.add_argument("--token", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Cmms(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

"""A CMMS with its own ids, words and signature.

API (bearer token): ``GET /api/ping``, ``POST /api/workorders``,
``GET /api/workorders?external_ref=``, ``GET /api/workorders/<number>``,
``PATCH /api/workorders/<number>`` with ``{"status": word}``.
It calls back ``POST <odoo>/mfg/v1/hooks/<connector>`` when a work order changes,
whoever changed it: what it was told over its API comes back as well.
Control door: ``POST /_control/workorders/<number>`` is the technician at a screen,
``{"status": word, "technician": str, "note": str}``.
"""

import time
from collections.abc import Mapping

from .peer import Answer, Refusal, Request, argument_parser
from .record_keeper import RecordKeeper, require_texts
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


class Cmms(RecordKeeper):
    """A CMMS: work orders, technicians, callbacks."""

    name = "cmms"
    record, number = "order", "wo_no"
    ROUTES = (
        ("GET", r"/api/ping", "ping"),
        ("POST", r"/api/workorders", "create_work_order"),
        ("GET", r"/api/workorders", "find_work_orders"),
        ("GET", r"/api/workorders/([^/]+)", "show"),
        ("PATCH", r"/api/workorders/([^/]+)", "set_status"),
    )
    CONTROLS = (
        *RecordKeeper.CONTROLS,
        ("POST", r"/_control/workorders/([^/]+)", "progress_work_order"),
    )

    def __init__(self, *, token: str, **options):
        self._told_keys: set[str] = set()
        super().__init__(credential=token, **options)

    # ------------------------------------------------------------------- API

    def create_work_order(self, request: Request) -> Answer:
        wanted = request.json()
        require_texts(wanted, "summary", "asset", "external_ref")
        if wanted.get("priority") not in PRIORITIES:
            raise Refusal(422, f"priority: one of {', '.join(PRIORITIES)}")

        def make():
            number = f"WO-{FIRST_NUMBER + len(self.records)}"
            return {**wanted, "wo_no": number, "status": "NEW", "version": 1}

        order = self.create(request, make)
        return Answer(201, order, {"Location": f"/api/workorders/{order['wo_no']}"})

    def find_work_orders(self, request: Request) -> Answer:
        return self.having("external_ref", request.query.get("external_ref"))

    def set_status(self, request: Request, number: str) -> Answer:
        """The status that another system says; the same message sets it once."""
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            if key and key in self._told_keys:
                return Answer(200, self.found(number))
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
            order = self.found(number)
            order = {**order, "status": status, "version": order["version"] + 1}
            self.keep("changed", order, by=by, idempotency_key=key)
            self._tell(order, wanted)
        return order

    def _tell(self, order: dict, wanted: dict) -> None:
        notice = {
            "event": "workorder.changed",
            "wo_no": order["wo_no"],
            "status": order["status"],
            "version": order["version"],
            "changed_at": int(time.time() * 1000),
            "technician": wanted.get("technician", "R. Alvarez"),
            "note": wanted.get("note", ""),
        }
        self.call_back(
            notice,
            lambda body: cmms_webhook(self.webhook_secret, int(time.time()), body),
            {"wo_no": order["wo_no"], "status_word": order["status"]},
        )

    def remember(self, entry: Mapping) -> None:
        """Extended: by which messages it was told what has changed."""
        super().remember(entry)
        if entry["kind"] == "changed" and entry.get("idempotency_key"):
            self._told_keys.add(entry["idempotency_key"])


def main() -> None:
    parser = argument_parser(Cmms)
    parser.add_argument("--token", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Cmms(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

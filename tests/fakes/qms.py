"""A QMS with its own ids and words; its webhooks follow Standard Webhooks.

API (header ``X-Api-Key``): ``GET /v2/ping``, ``POST /v2/inspections``,
``GET /v2/inspections?source_ref=``, ``GET /v2/inspections/<id>``.
It calls back ``POST <odoo>/mfg/v1/hooks/<connector>`` when an inspection is decided.
Control door: ``POST /_control/inspections/<id>`` is the inspector at a screen,
``{"decision": word, "decided_by": str, "comment": str}``.
"""

import time
from datetime import datetime, timezone

from .peer import Answer, Refusal, Request, argument_parser
from .record_keeper import RecordKeeper, require_numbers, require_texts
from .signing import standard_webhook

DECISIONS = (
    "USAGE_DECISION_ACCEPT",
    "USAGE_DECISION_DEVIATION",
    "USAGE_DECISION_REJECT",
    "USAGE_DECISION_REWORK",
)
WORDS = ("OPEN", "IN_TEST", *DECISIONS)
FIRST_NUMBER = 77


class Qms(RecordKeeper):
    """A QMS: inspections, usage decisions, callbacks."""

    name = "qms"
    record = "inspection"
    proof = ("X-Api-Key", "")
    ROUTES = (
        ("GET", r"/v2/ping", "ping"),
        ("POST", r"/v2/inspections", "create_inspection"),
        ("GET", r"/v2/inspections", "find_inspections"),
        ("GET", r"/v2/inspections/([^/]+)", "show"),
    )
    CONTROLS = (
        *RecordKeeper.CONTROLS,
        ("POST", r"/_control/inspections/([^/]+)", "decide_inspection"),
    )

    def __init__(self, *, api_key: str, **options):
        super().__init__(credential=api_key, **options)

    # ------------------------------------------------------------------- API

    def create_inspection(self, request: Request) -> Answer:
        wanted = request.json()
        require_texts(wanted, "lot", "item", "source_ref")
        require_numbers(wanted, "qty")

        def make():
            number = f"Q-{FIRST_NUMBER + len(self.records)}"
            return {**wanted, "id": number, "status": "OPEN"}

        number = self.create(request, make)["id"]
        return Answer(201, {"id": number}, {"Location": f"/v2/inspections/{number}"})

    def find_inspections(self, request: Request) -> Answer:
        return self.having("source_ref", request.query.get("source_ref"))

    # --------------------------------------------------------------- control

    def decide_inspection(self, request: Request, number: str) -> Answer:
        """An inspector takes the usage decision; Odoo is called back."""
        wanted = request.json()
        decision = wanted.get("decision")
        if decision not in WORDS:
            raise Refusal(422, f"decision is one of {', '.join(WORDS)}")
        with self.lock:
            inspection = {**self.found(number), "status": decision}
            self.keep("changed", inspection)
            self._tell(inspection, wanted)
        return Answer(200, inspection)

    # -------------------------------------------------------------- internal

    def _tell(self, inspection: dict, wanted: dict) -> None:
        notice = {
            "type": "inspection.decision",
            "inspection": inspection["id"],
            "decision": inspection["status"],
            "decided_by": wanted.get("decided_by", "Q. Inspector"),
            "decided_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "comment": wanted.get("comment", ""),
        }
        call_id = f"qms-{inspection['id']}-{time.time_ns()}"
        self.call_back(
            notice,
            lambda body: standard_webhook(
                self.webhook_secret, call_id, int(time.time()), body
            ),
            {"id": inspection["id"], "decision": inspection["status"]},
        )


def main() -> None:
    parser = argument_parser(Qms)
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Qms(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

"""A MES with its own numbers; its webhooks follow Standard Webhooks.

API (header ``Authorization: Bearer``): ``GET /api/v1/ping``, ``POST /api/v1/jobs``,
``GET /api/v1/jobs?external_ref=``, ``PUT /api/v1/jobs/<job>``,
``POST /api/v1/jobs/<job>/cancel``. It calls back
``POST <odoo>/mfg/v1/hooks/<connector>`` when its planner has decided about a job.
Control door: ``POST /_control/jobs/<job>`` is that planner at a screen,
``{"verdict": "accepted" | "refused", "code": str, "text": str}``.
"""

import time
from datetime import datetime, timezone

from .peer import Answer, Refusal, Request, argument_parser
from .record_keeper import RecordKeeper, require_numbers, require_texts
from .signing import standard_webhook

FIRST_NUMBER = 5001
#: What is told of the whole job with each change of it.
TOLD = ("order", "revision", "qty", "unit", "lots", "due", "steps", "materials")
VERDICTS = ("accepted", "refused")


class Mes(RecordKeeper):
    """A MES: jobs, changes, verdicts of its planner, callbacks."""

    name = "mes"
    record = number = "job"
    ROUTES = (
        ("GET", r"/api/v1/ping", "ping"),
        ("POST", r"/api/v1/jobs", "create_job"),
        ("GET", r"/api/v1/jobs", "find_jobs"),
        ("PUT", r"/api/v1/jobs/([^/]+)", "change_job"),
        ("POST", r"/api/v1/jobs/([^/]+)/cancel", "cancel_job"),
    )
    CONTROLS = (
        *RecordKeeper.CONTROLS,
        ("POST", r"/_control/jobs/([^/]+)", "decide_job"),
    )

    def __init__(self, *, token: str, **options):
        super().__init__(credential=token, **options)

    # ------------------------------------------------------------------- API

    def create_job(self, request: Request) -> Answer:
        wanted = request.json()
        self._check_job(wanted)

        def make():
            number = self._number_of(wanted["order"])
            return {**wanted, "job": number, "status": "planned"}

        return Answer(201, {"job": self.create(request, make)["job"]})

    def find_jobs(self, request: Request) -> Answer:
        return self.having("external_ref", request.query.get("external_ref"))

    def change_job(self, request: Request, number: str) -> Answer:
        """A change tells the whole job; one that is not newer changes nothing."""
        wanted = request.json()
        self._check_job(wanted)
        with self.lock:
            job = self.found(number)
            if wanted["revision"] > job["revision"]:
                told = {name: wanted.get(name) for name in TOLD}
                self.keep("changed", {**job, **told})
        return Answer(200, {"job": number})

    def cancel_job(self, _request: Request, number: str) -> Answer:
        with self.lock:
            job = self.found(number)
            if job["status"] != "cancelled":
                self.keep("cancelled", {**job, "status": "cancelled"})
        return Answer(200, {"job": number})

    # --------------------------------------------------------------- control

    def decide_job(self, request: Request, number: str) -> Answer:
        """The planner accepts or refuses a job; Odoo is called back."""
        wanted = request.json()
        if wanted.get("verdict") not in VERDICTS:
            raise Refusal(422, f"verdict is one of {', '.join(VERDICTS)}")
        with self.lock:
            job = {**self.found(number), "status": wanted["verdict"]}
            self.keep("decided", job)
            self._tell(job, wanted)
        return Answer(200, job)

    # -------------------------------------------------------------- internal

    def _tell(self, job: dict, wanted: dict) -> None:
        notice = {
            "type": f"job.{wanted['verdict']}",
            "job": job["job"],
            "order": job["order"],
            "revision": wanted.get("revision", job["revision"]),
            "code": wanted.get("code"),
            "text": wanted.get("text"),
            "at": datetime.now(timezone.utc).isoformat(),
        }
        call_id = f"mes-{job['job']}-{time.time_ns()}"
        self.call_back(
            notice,
            lambda body: standard_webhook(
                self.webhook_secret, call_id, int(time.time()), body
            ),
            {"job": job["job"], "verdict": wanted["verdict"]},
        )

    def _number_of(self, order: str) -> str:
        """The number of the job of an order, a new one where there is none."""
        for number, job in self.records.items():
            if job["order"] == order and job["status"] != "cancelled":
                return number
        return f"J-{FIRST_NUMBER + len(self.records)}"

    @staticmethod
    def _check_job(wanted: dict) -> None:
        require_texts(wanted, "order")
        require_numbers(wanted, "qty", "revision")


def main() -> None:
    parser = argument_parser(Mes)
    parser.add_argument("--token", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Mes(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

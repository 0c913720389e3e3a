"""A MES with its own numbers; its webhooks follow Standard Webhooks.

API (header ``Authorization: Bearer``): ``GET /api/v1/ping``, ``POST /api/v1/jobs``,
``GET /api/v1/jobs?external_ref=``, ``PUT /api/v1/jobs/<job>``,
``POST /api/v1/jobs/<job>/cancel``. It calls back
``POST <odoo>/mfg/v1/hooks/<connector>`` when its planner has decided about a job.
Control door: ``POST /_control/jobs/<job>`` is that planner at a screen,
``{"verdict": "accepted" | "refused", "code": str, "text": str}``.
"""

import hmac
import json
import time
from datetime import datetime, timezone

from .courier import Parcel
from .peer import Answer, Peer, Refusal, Request, argument_parser
from .signing import standard_webhook

FIRST_NUMBER = 5001
#: What is told of the whole job with each change of it.
TOLD = ("order", "revision", "qty", "unit", "lots", "due", "steps", "materials")
VERDICTS = ("accepted", "refused")


class Mes(Peer):
    """A MES: jobs, changes, verdicts of its planner, callbacks."""

    name = "mes"
    ROUTES = (
        ("GET", r"/api/v1/ping", "ping"),
        ("POST", r"/api/v1/jobs", "create_job"),
        ("GET", r"/api/v1/jobs", "find_jobs"),
        ("PUT", r"/api/v1/jobs/([^/]+)", "change_job"),
        ("POST", r"/api/v1/jobs/([^/]+)/cancel", "cancel_job"),
    )
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/jobs/([^/]+)", "decide_job"),
    )

    def __init__(self, *, token: str, webhook_secret: str, **options):
        self._token = token
        self._webhook_secret = webhook_secret
        self._jobs: dict[str, dict] = {}
        self._job_by_key: dict[str, str] = {}
        super().__init__(**options)
        self._restore()

    # ------------------------------------------------------------------- API

    def check_credentials(self, request: Request) -> None:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self._token}".encode()):
            raise Refusal(401, "the token is wrong")

    def ping(self, _request: Request) -> Answer:
        return Answer(200, {"status": "up"})

    def create_job(self, request: Request) -> Answer:
        wanted = request.json()
        self._check_job(wanted)
        key = request.headers.get("Idempotency-Key")
        with self.lock:
            known = self._job_by_key.get(key) if key else None
            if known and self.manners.mode == "dedupe":
                self.ledger.append("replayed", job=known, idempotency_key=key)
                return Answer(201, {"job": known})
            number = self._number_of(wanted["order"])
            job = {**wanted, "job": number, "status": "planned"}
            self.ledger.append("created", job=job, idempotency_key=key)
            self._remember(job, key)
        return Answer(201, {"job": number})

    def find_jobs(self, request: Request) -> Answer:
        wanted = request.query.get("external_ref")
        with self.lock:
            every = list(self._jobs.values())
        return Answer(200, [job for job in every if job["external_ref"] == wanted])

    def change_job(self, request: Request, number: str) -> Answer:
        """A change tells the whole job; one that is not newer changes nothing."""
        wanted = request.json()
        self._check_job(wanted)
        with self.lock:
            job = self._job(number)
            if wanted["revision"] > job["revision"]:
                told = {name: wanted.get(name) for name in TOLD}
                self._keep("changed", {**job, **told})
        return Answer(200, {"job": number})

    def cancel_job(self, _request: Request, number: str) -> Answer:
        with self.lock:
            job = self._job(number)
            if job["status"] != "cancelled":
                self._keep("cancelled", {**job, "status": "cancelled"})
        return Answer(200, {"job": number})

    # --------------------------------------------------------------- control

    def decide_job(self, request: Request, number: str) -> Answer:
        """The planner accepts or refuses a job; Odoo is called back."""
        wanted = request.json()
        if wanted.get("verdict") not in VERDICTS:
            raise Refusal(422, f"verdict is one of {', '.join(VERDICTS)}")
        with self.lock:
            job = {**self._job(number), "status": wanted["verdict"]}
            self._keep("decided", job)
            self._call_back(job, wanted)
        return Answer(200, job)

    # -------------------------------------------------------------- internal

    def _call_back(self, job: dict, wanted: dict) -> None:
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
        self.courier.send(
            Parcel(
                url=f"{self.odoo}/mfg/v1/hooks/{self.connector}",
                body=json.dumps(notice).encode(),
                content_type="application/json",
                sign=lambda body: standard_webhook(
                    self._webhook_secret, call_id, int(time.time()), body
                ),
                facts={"job": job["job"], "verdict": wanted["verdict"]},
                copies=2 if self.manners.take("repeat_times") else 1,
            )
        )

    def _number_of(self, order: str) -> str:
        """The number of the job of an order, a new one where there is none."""
        for number, job in self._jobs.items():
            if job["order"] == order and job["status"] != "cancelled":
                return number
        return f"J-{FIRST_NUMBER + len(self._jobs)}"

    def _job(self, number: str) -> dict:
        with self.lock:
            if number not in self._jobs:
                raise Refusal(404, f"no job {number}")
            return self._jobs[number]

    @staticmethod
    def _check_job(wanted: dict) -> None:
        if not isinstance(wanted.get("order"), str) or not wanted["order"]:
            raise Refusal(422, "order: a text is expected")
        for name in ("qty", "revision"):
            value = wanted.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refusal(422, f"{name}: a number is expected")

    def _keep(self, kind: str, job: dict) -> None:
        self.ledger.append(kind, job=job)
        self._remember(job, None)

    def _remember(self, job: dict, key: str | None) -> None:
        self._jobs[job["job"]] = job
        if key:
            self._job_by_key[key] = job["job"]

    def _restore(self) -> None:
        """Read the store back from the ledger, after the process was killed."""
        for entry in self.ledger.entries():
            if entry["kind"] in ("created", "changed", "cancelled", "decided"):
                self._remember(entry["job"], entry.get("idempotency_key"))


def main() -> None:
    parser = argument_parser(Mes)
    parser.add_argument("--token", required=True)
    parser.add_argument("--webhook-secret", required=True)
    Mes(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

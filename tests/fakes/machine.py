"""A machine that plays a recorded day as signed batches of CloudEvents.

It posts to ``<odoo>/mfg/v1/edge/<connector>/events`` and keeps a batch until it was
accepted. Control door:

``POST /_control/play`` ``{"chapter": str, "job_order": str, "speed": number}`` plays
one chapter of the recording; speed is recorded seconds per second, 0 without pauses
``GET /_control/progress`` ``{"playing": bool, "sent": n, "owed": n}``
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from .courier import Parcel
from .peer import Answer, Peer, Refusal, Request, argument_parser
from .signing import standard_webhook

BATCH_SIZE = 10
MEDIA_TYPE = "application/cloudevents-batch+json"
RECORDING = Path(__file__).parent / "recordings" / "assembly_day.jsonl"


class Machine(Peer):
    """A machine: plays a recording, keeps what Odoo has not accepted yet."""

    name = "machine"
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/play", "play"),
        ("GET", r"/_control/progress", "show_progress"),
    )

    def __init__(self, *, secret: str, equipment: str, recording: Path, **options):
        super().__init__(**options)
        self._secret = secret
        self._equipment = equipment
        self._recording = read_recording(recording)
        self._boot = secrets.token_hex(4)
        self._event_count = 0
        self._parcels: list[Parcel] = []
        self._player: threading.Thread | None = None

    # --------------------------------------------------------------- control

    def play(self, request: Request) -> Answer:
        """Somebody starts the machine with an order on its panel."""
        wanted = request.json()
        scenes = [s for s in self._recording if s["chapter"] == wanted.get("chapter")]
        if not scenes:
            raise Refusal(422, f"no chapter {wanted.get('chapter')!r} was recorded")
        with self.lock:
            if self._is_playing():
                raise Refusal(409, "the machine is running")
            self._player = threading.Thread(
                target=self._play,
                args=(scenes, wanted.get("job_order"), wanted.get("speed", 0)),
                daemon=True,
            )
            self._player.start()
        return Answer(202, {"events": len(scenes)})

    def show_progress(self, _request: Request) -> Answer:
        with self.lock:
            sent = sum(parcel.delivered.is_set() for parcel in self._parcels)
            owed = len(self._parcels) - sent
            playing = self._is_playing()
        return Answer(200, {"playing": playing, "sent": sent, "owed": owed})

    # -------------------------------------------------------------- internal

    def _is_playing(self) -> bool:
        return self._player is not None and self._player.is_alive()

    def _play(self, scenes: list[dict], job_order: str | None, speed: float) -> None:
        clock_s = scenes[0]["at_s"]
        for batch in batches(scenes):
            if speed:
                self.closing.wait((batch[-1]["at_s"] - clock_s) / speed)
                clock_s = batch[-1]["at_s"]
            self._send([self._event(scene, job_order) for scene in batch])

    def _event(self, scene: dict, job_order: str | None) -> dict:
        """One recorded scene as the CloudEvent that the machine sends now."""
        self._event_count += 1
        data = {"equipment": self._equipment, **scene["data"]}
        if job_order:
            data["job_order"] = job_order
        return {
            "specversion": "1.0",
            "id": f"{self._equipment}-{self._boot}-{self._event_count}",
            "source": f"urn:plant:machine:{self._equipment}",
            "type": scene["type"],
            "subject": self._equipment,
            "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": data,
        }

    def _send(self, events: list[dict]) -> None:
        batch_id = f"{events[0]['id']}..{self._event_count}"
        parcel = Parcel(
            url=f"{self.odoo}/mfg/v1/edge/{self.connector}/events",
            body=json.dumps(events).encode(),
            content_type=MEDIA_TYPE,
            sign=lambda body: standard_webhook(
                self._secret, batch_id, int(time.time()), body
            ),
            facts={"batch": batch_id, "events": events},
            copies=2 if self.manners.take("repeat_times") else 1,
        )
        with self.lock:
            self._parcels.append(parcel)
        self.courier.send(parcel)


def read_recording(path: Path) -> list[dict]:
    """The scenes of a recording: ``{"at_s", "chapter", "type", "data"}`` each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def batches(scenes: list[dict]) -> Iterator[list[dict]]:
    """Scenes in groups; a fault leaves at once, with what was waiting before it."""
    waiting: list[dict] = []
    for scene in scenes:
        waiting.append(scene)
        if len(waiting) == BATCH_SIZE or "fault" in scene["data"]:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def main() -> None:
    parser = argument_parser(Machine)
    parser.add_argument("--secret", required=True, metavar="whsec_...")
    parser.add_argument("--equipment", default="ASSY-R1")
    parser.add_argument("--recording", type=Path, default=RECORDING)
    Machine(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

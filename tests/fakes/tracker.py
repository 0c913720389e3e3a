"""A tracker of defects that calls nobody: whoever wants to know has to ask.

API (bearer token): ``POST /api/search {"changedAfter": ms, "cursor": text, "size":
n}`` answers ``{"hits": [...], "next": cursor}``, oldest change first. A cursor is a
place in the list, so that a change between two pages makes items slip.
Control door: ``POST /_control/defects {"count": n, "prefix": text}`` makes defects, all
in one moment; ``POST /_control/defects/<id> {"removed": bool}`` changes or removes one;
``POST /_control/habits`` sets ``{"spoil": [word, ...], "touch_between_pages": n}``.
"""

import base64
import hmac
import json
import time

from .peer import Answer, Peer, Refusal, Request, argument_parser

#: What may come instead of a page.
SPOILT = {
    "html": Answer(200, b"<html><h1>Please log in</h1>", {"Content-Type": "text/html"}),
    "half": Answer(200, b'{"hits": [{"id": "D-1"', {"Content-Length": "5000"}),
    "lie": Answer(200, {"error": "the index is being rebuilt"}),
    "nothing": Answer(200, b""),
    "busy": Answer(429, {"error": "slow down"}, {"Retry-After": "1"}),
}


class Tracker(Peer):
    """Defects with a moment of change in milliseconds."""

    name = "tracker"
    ROUTES = (("POST", r"/api/search", "search"),)
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/defects", "make_defects"),
        ("POST", r"/_control/defects/([^/]+)", "change_defect"),
        ("POST", r"/_control/habits", "change_habits"),
    )

    def __init__(self, *, token: str, **options):
        self._token = token
        self._defects: dict[str, dict] = {}
        self._spoil: list[str] = []
        self._touches = 0
        super().__init__(**options)
        for entry in self.ledger.entries("changed"):
            self._defects[entry["defect"]["id"]] = entry["defect"]

    # ------------------------------------------------------------------- API

    def check_credentials(self, request: Request) -> None:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self._token}".encode()):
            raise Refusal(401, "the bearer token is wrong")

    def search(self, request: Request) -> Answer:
        wanted = request.json()
        with self.lock:
            if self._spoil:
                how = self._spoil.pop(0)
                self.ledger.append("spoilt", how=how)
                return SPOILT[how]
            place = self._place(wanted.get("cursor"))
            if place and self._touches:
                self._touches -= 1
                self._change(min(self._defects))
            since = wanted.get("changedAfter") or 0
            found = sorted(
                (one for one in self._defects.values() if one["changed"] >= since),
                key=lambda one: (one["changed"], one["id"]),
            )
            behind = place + wanted["size"]
            self.ledger.append("searched", since=since, place=place)
            return Answer(
                200,
                {
                    "hits": found[place:behind],
                    "next": self._cursor(behind) if behind < len(found) else None,
                },
            )

    # --------------------------------------------------------------- control

    def make_defects(self, request: Request) -> Answer:
        wanted = request.json()
        moment = self._now()
        with self.lock:
            for number in range(wanted["count"]):
                self._remember(
                    {
                        "id": f"{wanted['prefix']}-{number}",
                        "version": 1,
                        "changed": moment,
                        "removed": False,
                    }
                )
        return Answer(200, {"made": wanted["count"]})

    def change_defect(self, request: Request, key: str) -> Answer:
        if key not in self._defects:
            raise Refusal(404, f"no defect {key}")
        with self.lock:
            return Answer(200, self._change(key, **request.json()))

    def change_habits(self, request: Request) -> Answer:
        wanted = request.json()
        unknown = set(wanted.get("spoil", ())) - set(SPOILT)
        if unknown:
            raise Refusal(422, f"no such way to spoil a page: {', '.join(unknown)}")
        with self.lock:
            self._spoil = list(wanted.get("spoil", ()))
            self._touches = wanted.get("touch_between_pages", 0)
        return Answer(200, {"spoil": self._spoil})

    # -------------------------------------------------------------- internal

    def _change(self, key: str, **changes) -> dict:
        before = self._defects[key]
        return self._remember(
            {
                **before,
                **changes,
                "version": before["version"] + 1,
                "changed": max(self._now(), before["changed"]),
            }
        )

    def _remember(self, defect: dict) -> dict:
        self.ledger.append("changed", defect=defect)
        self._defects[defect["id"]] = defect
        return defect

    @staticmethod
    def _now() -> int:
        return int(time.time() * 1000)

    @staticmethod
    def _cursor(place: int) -> str:
        return base64.b64encode(json.dumps({"at": place}).encode()).decode()

    @staticmethod
    def _place(cursor: str | None) -> int:
        if not cursor:
            return 0
        try:
            return json.loads(base64.b64decode(cursor))["at"]
        except (ValueError, LookupError, TypeError) as error:
            raise Refusal(400, "the cursor is none of ours") from error


def main() -> None:
    parser = argument_parser(Tracker)
    parser.add_argument("--token", required=True)
    Tracker(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

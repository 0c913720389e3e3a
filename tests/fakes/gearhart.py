"""Gearhart Maintain: a maintenance system with odd habits, none of them invented.

Every one was seen in some real system; together they are what a vendor template has
to cope with. All moments are epoch milliseconds, all answers but those of HTTP itself
are ``{"result": "ok" | "refused", ...}``.

- ``POST /session {user, password}`` gives ``session.id`` and ``session.ttl_ms``; every
  other call sends it as ``X-Gearhart-Session``. A wrong password is 200 and refused; a
  session that has ended is 401.
- ``POST /orders {title, machine, urgency 1..4, foreign_ref, reported_ms}``: 201 with
  the order in ``Location``. A machine that is not in the register is 200 and refused.
- ``POST /orders/search {filter: {foreign_ref, changed_since_ms}, size, cursor}``:
  ``{rows, next}``; ``next`` is the cursor of the next page, null on the last one.
  Removed orders stay in the list with ``removed: true``.
- ``GET /orders/<no>``: the row, and its ``ETag``.
- ``PUT /orders/<no> {title, urgency}`` with ``If-Match``: 204; 428 without the header,
  412 when the order was changed meanwhile.
- ``POST /orders/<no>/start | pause | resume | finish | drop``: an action per status.
  One that the order's state does not allow is 200 and refused.
- Asked too often (manners ``refuse_status`` 429): ``X-Gearhart-Reset``, epoch seconds.

Control door: ``POST /_control/orders {title, machine, ...}`` opens an order at the
vendor's own screen, ``POST /_control/orders/<no> {title, state, removed}`` changes one;
``POST /_control/sessions`` ends every session.
"""

import base64
import binascii
import hmac
import json
import math
import secrets
import time

from .peer import Answer, Peer, Refusal, Request, argument_parser

SESSION_HEADER = "X-Gearhart-Session"
RESET_HEADER = "X-Gearhart-Reset"
SESSION_TTL_MS = 600_000
MACHINES = ("R1", "R2", "PRESS-4")
#: Action: the states it may begin in, and the one it leads to.
ACTIONS = {
    "start": (("OPEN",), "WORKING"),
    "pause": (("WORKING",), "PAUSED"),
    "resume": (("PAUSED",), "WORKING"),
    "finish": (("WORKING",), "DONE"),
    "drop": (("OPEN", "WORKING", "PAUSED"), "DROPPED"),
}
STATES = ("OPEN", "WORKING", "PAUSED", "DONE", "DROPPED")
FIRST_NUMBER = 7001
LARGEST_PAGE = 50


class Gearhart(Peer):
    """A maintenance system that does everything its own way.

    :ivar first_number: of its orders, which count up from there
    """

    name = "gearhart"
    first_number = FIRST_NUMBER
    ROUTES = (
        ("POST", r"/session", "log_in"),
        ("GET", r"/me", "show_user"),
        ("POST", r"/orders", "open_order"),
        ("POST", r"/orders/search", "search"),
        ("GET", r"/orders/([0-9]+)", "show_order"),
        ("PUT", r"/orders/([0-9]+)", "change_order"),
        ("POST", r"/orders/([0-9]+)/([a-z]+)", "act"),
    )
    CONTROLS = (
        *Peer.CONTROLS,
        ("POST", r"/_control/orders", "open_at_screen"),
        ("POST", r"/_control/orders/([0-9]+)", "change_at_screen"),
        ("POST", r"/_control/sessions", "end_sessions"),
    )

    def __init__(self, *, user: str, password: str, **options):
        self._user = user
        self._password = password
        self._sessions: set[str] = set()
        self._orders: dict[str, dict] = {}
        super().__init__(**options)
        for entry in self.ledger.entries():
            if entry["kind"] in ("created", "changed"):
                self._orders[str(entry["order"]["no"])] = entry["order"]

    # --------------------------------------------------------------- sessions

    def check_credentials(self, request: Request) -> None:
        if request.path == "/session":
            return
        with self.lock:
            is_open = request.headers.get(SESSION_HEADER) in self._sessions
        if not is_open:
            raise Refusal(401, "the session is not open")

    def log_in(self, request: Request) -> Answer:
        wanted = request.json()
        sent = f"{wanted.get('user')}:{wanted.get('password')}".encode()
        right = f"{self._user}:{self._password}".encode()
        if not hmac.compare_digest(sent, right):
            self.ledger.append("login_refused")
            return _refused("unknown user or wrong password")
        session = secrets.token_hex(16)
        with self.lock:
            self._sessions.add(session)
        self.ledger.append("logged_in")
        return _ok(session={"id": session, "ttl_ms": SESSION_TTL_MS})

    def end_sessions(self, _request: Request) -> Answer:
        with self.lock:
            self._sessions.clear()
        return _ok()

    def show_user(self, _request: Request) -> Answer:
        return _ok(user=self._user)

    # ----------------------------------------------------------------- orders

    def open_order(self, request: Request) -> Answer:
        wanted = request.json()
        if wanted.get("machine") not in MACHINES:
            machine = wanted.get("machine")
            return _refused(f"machine {machine} is not in the register")
        if wanted.get("urgency") not in (1, 2, 3, 4):
            return _refused("urgency must be 1, 2, 3 or 4")
        order = self._add(wanted)
        answer = _ok()
        return Answer(201, answer.body, {"Location": f"/orders/{order['no']}"})

    def search(self, request: Request) -> Answer:
        wanted = request.json()
        size = min(int(wanted.get("size") or LARGEST_PAGE), LARGEST_PAGE)
        after = _read_cursor(wanted.get("cursor"))
        criteria = wanted.get("filter") or {}
        with self.lock:
            found = sorted(
                (o for o in self._orders.values() if _fits(o, criteria)), key=_place
            )
        left = [order for order in found if _place(order) > after]
        page = left[:size]
        more = len(left) > size
        return _ok(rows=page, next=_cursor(page[-1]) if more else None)

    def show_order(self, _request: Request, number: str) -> Answer:
        order = self._order(number)
        return Answer(200, {"result": "ok", "order": order}, {"ETag": _tag(order)})

    def change_order(self, request: Request, number: str) -> Answer:
        wanted = request.json()
        with self.lock:
            order = self._order(number)
            tag = request.headers.get("If-Match")
            if not tag:
                raise Refusal(428, "send the tag of the order in If-Match")
            if tag != _tag(order):
                raise Refusal(412, f"order {number} was changed meanwhile")
            kept = {
                name: wanted[name] for name in ("title", "urgency") if name in wanted
            }
            self._change(order, **kept)
        return Answer(204, None)

    def act(self, _request: Request, number: str, action: str) -> Answer:
        if action not in ACTIONS:
            raise Refusal(404, f"no action {action}")
        begins, leads_to = ACTIONS[action]
        with self.lock:
            order = self._order(number)
            if order["state"] not in begins:
                return _refused(
                    f"order {number} cannot {action}: it is {order['state']}"
                )
            order = self._change(order, state=leads_to)
        return _ok(order=order)

    # ---------------------------------------------------------------- control

    def open_at_screen(self, request: Request) -> Answer:
        return _ok(order=self._add(request.json()))

    def change_at_screen(self, request: Request, number: str) -> Answer:
        wanted = request.json()
        unknown = set(wanted) - {"title", "urgency", "state", "removed"}
        if unknown or wanted.get("state", "OPEN") not in STATES:
            raise Refusal(422, f"title, urgency, removed, state: {', '.join(STATES)}")
        with self.lock:
            return _ok(order=self._change(self._order(number), **wanted))

    # --------------------------------------------------------------- internal

    def _refuse(
        self, request: Request, status: int, retry_after_s: int | None
    ) -> Answer:
        answer = super()._refuse(request, status, None)
        if status == 429 and retry_after_s is not None:
            answer.headers[RESET_HEADER] = str(math.ceil(time.time() + retry_after_s))
        return answer

    def _order(self, number: str) -> dict:
        with self.lock:
            if number not in self._orders:
                raise Refusal(404, f"no order {number}")
            return self._orders[number]

    def _add(self, wanted: dict) -> dict:
        with self.lock:
            order = {
                "no": self.first_number + len(self._orders),
                "title": wanted.get("title", ""),
                "machine": wanted.get("machine"),
                "urgency": wanted.get("urgency", 3),
                "foreign_ref": wanted.get("foreign_ref"),
                "reported_ms": wanted.get("reported_ms", 0),
                "state": "OPEN",
                "version": 1,
                "changed_ms": self._now_ms(),
                "removed": False,
            }
            self.ledger.append("created", order=order)
            self._orders[str(order["no"])] = order
        return order

    def _change(self, order: dict, **values) -> dict:
        changed = {**order, **values}
        changed["version"] += 1
        changed["changed_ms"] = self._now_ms()
        self.ledger.append("changed", order=changed)
        self._orders[str(order["no"])] = changed
        return changed

    def _now_ms(self) -> int:
        """Now, and later than any change before, so that pages have one order."""
        latest = max(
            (order["changed_ms"] for order in self._orders.values()), default=0
        )
        return max(int(time.time() * 1000), latest + 1)


def _ok(**more) -> Answer:
    return Answer(200, {"result": "ok", **more})


def _refused(reason: str) -> Answer:
    return Answer(200, {"result": "refused", "reason": reason})


def _fits(order: dict, criteria: dict) -> bool:
    wanted = criteria.get("foreign_ref")
    since = criteria.get("changed_since_ms") or 0
    return (not wanted or order["foreign_ref"] == wanted) and (
        order["changed_ms"] >= since
    )


def _place(order: dict) -> tuple[int, int]:
    return order["changed_ms"], order["no"]


def _tag(order: dict) -> str:
    return f'"{order["no"]}-{order["version"]}"'


def _cursor(order: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(_place(order)).encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return (-1, -1)
    try:
        changed_ms, number = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error) as error:
        raise Refusal(400, "this is no cursor of ours") from error
    return changed_ms, number


def main() -> None:
    parser = argument_parser(Gearhart)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    Gearhart(**vars(parser.parse_args())).serve()


if __name__ == "__main__":
    main()

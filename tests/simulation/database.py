"""The rows of one connector, and the statements that change them."""

from mfg_integration_core.protocols.breaker import Allow, BreakerView, Refuse
from mfg_integration_core.protocols.lane import (
    FINAL,
    Deliver,
    Expire,
    HeadView,
    LaneView,
    Park,
    Recover,
    Wait,
)
from mfg_integration_core.protocols.sweep import ConnectorDue

CONNECTOR = 1


class BrokenInvariant(Exception):
    """What must never happen did."""


class Message:
    """A row of the outbox."""

    __slots__ = (
        "attempts",
        "expires_at",
        "is_poison",
        "is_whole_state",
        "lane",
        "name",
        "next_at",
        "reason",
        "state",
    )

    def __init__(self, name, lane, expires_at, is_poison, is_whole_state):
        self.name = name
        self.lane = lane
        self.state = "pending"
        self.next_at = None
        self.attempts = 0
        self.expires_at = expires_at
        self.is_poison = is_poison
        self.is_whole_state = is_whole_state
        self.reason = None


class Lane:
    """A row of the lanes, with its messages.

    :ivar fresh: committed, but without a place yet
    :ivar queue: in the order in which they got their places
    """

    __slots__ = ("first", "fresh", "next_at", "parked", "queue", "token", "until")

    def __init__(self):
        self.token = None
        self.until = None
        self.next_at = 0.0
        self.parked = None
        self.fresh = []
        self.queue = []
        self.first = 0

    def view(self):
        return LaneView(
            self.token, self.until, self.next_at, bool(self.parked), self.parked
        )

    def is_leased(self, now):
        return self.token is not None and now < self.until

    def head(self):
        """The first message that is not final, or None."""
        queue = self.queue
        while self.first < len(queue):
            message = queue[self.first]
            if message.state not in FINAL:
                return message
            self.first += 1
        return None

    def is_open(self):
        """Whether a worker has, or will have, something to do here."""
        return not self.parked and (bool(self.fresh) or self.head() is not None)


class Database:
    """Each method is one short transaction: nothing comes between its lines."""

    def __init__(self, decisions, lanes, lease_s):
        self.decisions = decisions
        self.lanes = [Lane() for _lane in range(lanes)]
        self.breaker = BreakerView()
        self.lease_s = lease_s
        self.last_token = 0

    # ----------------------------------------------------------------- leases

    def claim(self, now):
        """``(lane, token)`` of the lane that is due longest, or None."""
        found = None
        for lane in self.lanes:
            if (
                lane.next_at <= now
                and lane.is_open()
                and not lane.is_leased(now)
                and (found is None or lane.next_at < found.next_at)
            ):
                found = lane
        if found is None:
            return None
        self.last_token += 1
        found.token = self.last_token
        found.until = self.decisions.lease_deadline(now, self.lease_s)
        return found, self.last_token

    def begin(self, lane, token, now):
        """Mark the head as in flight, or give the lane back.

        :return: ``(head, step)``, None when nothing was begun
        """
        decisions = self.decisions
        if not decisions.holds_lease(token, lane.token):
            return None
        lane.until = decisions.lease_deadline(now, self.lease_s)
        self._number(lane)
        head = lane.head()
        # Read anew by the worker that has just renewed it, with nothing of its past.
        view = LaneView(token, lane.until)
        step = decisions.next_step(view, head and _view_of(head), now, token)
        if isinstance(step, Expire):
            head.state = "expired"
            step = Wait(now)
        elif isinstance(step, Deliver | Recover):
            step = self._admit(step, now)
        if isinstance(step, Deliver | Recover):
            if self.breaker.state == "open" and now < self.breaker.until:
                raise BrokenInvariant(f"{head.name} begun while the breaker is open")
            if head.next_at is not None and now < head.next_at:
                raise BrokenInvariant(f"{head.name} is tried too early")
            head.state = "delivering"
            head.next_at = None
            head.attempts += 1
            return head, step
        lane.token = lane.until = None
        lane.next_at = step.until if isinstance(step, Wait) else now
        if isinstance(step, Park):
            lane.parked = step.reason
        return None

    def _number(self, lane):
        """Give fresh rows their places, and supersede what they make obsolete."""
        if not lane.fresh:
            return
        lane.queue += sorted(lane.fresh, key=lambda message: message.name)
        lane.fresh.clear()
        newest_found = False
        for message in reversed(lane.queue):
            if message.is_whole_state and message.state in ("pending", "retry"):
                if newest_found:
                    message.state = "superseded"
                newest_found = True

    def _admit(self, step, now):
        verdict = self.decisions.admit(self.breaker, now)
        if isinstance(verdict, Allow):
            return step
        if isinstance(verdict, Refuse):
            return Wait(verdict.until)
        probing = self.decisions.begin_probe(self.breaker, now, self.lease_s)
        self.breaker = probing
        return step

    # ----------------------------------------------------------------- results

    def end(self, lane, token, head, state, next_at=None, reason=None):
        """Write how an attempt ended; False when the lane is somebody else's now."""
        if not self.decisions.holds_lease(token, lane.token):
            return False
        if head.state == "delivering":
            head.state = state
            head.next_at = next_at
            head.reason = reason
        return True

    def learn(self, breaker, now):
        """Store what an outcome says of the endpoint; closing lets all lanes go."""
        if self.breaker.state != "closed" and breaker.state == "closed":
            for lane in self.lanes:
                if lane.token is None and not lane.parked:
                    lane.next_at = min(lane.next_at, now)
        self.breaker = breaker

    def release_parked(self, lane, now):
        """A person presses Retry on the dead letter at the head of a lane."""
        head = lane.head()
        head.state = "retry"
        head.next_at = head.reason = None
        lane.parked = None
        lane.next_at = now

    # ----------------------------------------------------------------- outlook

    def next_due_at(self, now):
        """When the next free lane becomes due, or None."""
        moments = [
            lane.next_at
            for lane in self.lanes
            if lane.next_at > now and not lane.is_leased(now) and lane.is_open()
        ]
        return min(moments, default=None)

    def outlook(self, now, slots):
        """What the sweeper reads."""
        due, expired, since = 0, 0, None
        for lane in self.lanes:
            if lane.next_at <= now and not lane.is_leased(now) and lane.is_open():
                if lane.token is None:
                    due += 1
                else:
                    expired += 1
                since = lane.next_at if since is None else min(since, lane.next_at)
        return ConnectorDue(CONNECTOR, slots, due, since, expired)


def _view_of(head):
    return HeadView(
        head.state, head.next_at, head.attempts, head.expires_at, head.reason
    )

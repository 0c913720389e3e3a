"""One schedule: who does what when, and what must hold at its end."""

import random
from heapq import heappop, heappush

from mfg_integration_core.exceptions import PermanentDeliveryError
from mfg_integration_core.protocols.breaker import BreakerPolicy
from mfg_integration_core.protocols.lane import FINAL
from mfg_integration_core.protocols.retry_policy import RetryPolicy
from mfg_integration_core.protocols.sweep import DrainHere, Wake

from .database import BrokenInvariant, Database, Message
from .decisions import Decisions
from .partner import Partner

# Small numbers, so that a few messages reach every corner.
RETRIES = RetryPolicy(base_s=5, cap_s=40, max_attempts=4)
BREAKER = BreakerPolicy(
    failure_share=0.5, least_outcomes=2, window=6, pause_s=20, longest_pause_s=80
)
EXCHANGE_S = 20.0
# A look-up may come before the call itself.
WHOLE_EXCHANGE_S = 2 * EXCHANGE_S
SLOTS = 2
SWEEP_S = 60.0
LONGEST_FREEZE_S = 150.0
LONGEST_RETRY_AFTER_S = 120.0
# All is repaired this soon after the last trouble.
RECOVERY_S = 300.0


class Schedule:
    """The world of one seed.

    :param trace: told every step as ``(moment, what)``, or None to be quick
    """

    def __init__(self, seed, decisions=Decisions, trace=None):
        self.chance = random.Random(seed)
        self.random = self.chance.random
        self.trace = trace
        self.now = 0.0
        self.events = []
        self.count = 0
        self.pending_wakes = {}
        self.running = 0
        lanes = 1 + (self.random() < 0.5)
        self.decisions = decisions
        self.database = Database(decisions, lanes, WHOLE_EXCHANGE_S)
        self.partner = Partner(self.random() < 0.5, lanes)
        self.calm_at = 20 + 200 * self.random()
        is_down = self.random() < 0.25
        self.trouble = 0.95 if is_down else 0.6 * self.random()
        self.danger = self.random() * 0.15
        runner = self.random()
        self.runner_is_alive = runner < 0.85
        self.runner_hangs = 0.7 < runner < 0.85
        self.messages = []
        self._write_messages(lanes)
        self._at(SWEEP_S * self.random(), self._sweep)
        if self.random() < 0.3:
            self._at(self.calm_at * self.random(), self._release_parked)

    def run(self):
        """Play it to its end.

        :raise BrokenInvariant: something happened that never must
        """
        give_up_at = self.calm_at + RECOVERY_S
        while not self._is_settled():
            self.now, _count, action, *arguments = heappop(self.events)
            if self.now > give_up_at:
                raise BrokenInvariant(f"open {RECOVERY_S:.0f} s after the last trouble")
            action(*arguments)
        self._check_end()
        return self.now

    # ------------------------------------------------------------- the clock

    def _at(self, moment, action, *arguments):
        self.count += 1
        heappush(self.events, (moment, self.count, action, *arguments))

    def _note(self, what):
        if self.trace is not None:
            self.trace(self.now, what)

    def _goes_wrong(self, probability):
        return self.random() < probability and self.now < self.calm_at

    def _resume(self, worker):
        """Let a worker do its next step, or die, or freeze."""
        if self._goes_wrong(self.danger):
            self._note("a worker dies")
            self.running -= 1
            return
        delay = next(worker, None)
        if delay is None:
            self.running -= 1
            return
        if self._goes_wrong(self.danger):
            delay += LONGEST_FREEZE_S * self.random()
            self._note(f"a worker freezes for {delay:.0f} s")
        self._at(self.now + delay, self._resume, worker)

    # ----------------------------------------------------- what is to be sent

    def _write_messages(self, lanes):
        whole_state = self.random() < 0.2
        for lane in range(lanes):
            for number in range(1 + int(3 * self.random())):
                # Ids are drawn in order, rows commit in another.
                owed_at = number * 5 + 15 * self.random()
                mortal = self.random() < 0.15
                message = Message(
                    name=f"{lane}/{number}",
                    lane=lane,
                    expires_at=owed_at + 90 * self.random() if mortal else None,
                    is_poison=self.random() < 0.05,
                    is_whole_state=whole_state,
                )
                self.messages.append(message)
                self._at(owed_at, self._commit, message)

    def _commit(self, message):
        self._note(f"{message.name} is committed")
        lane = self.database.lanes[message.lane]
        lane.fresh.append(message)
        if self._goes_wrong(self.danger):
            self._note("crash between commit and wake")
        else:
            self._wake(0, self.now)

    # -------------------------------------------------- jobs and the sweeper

    def _wake(self, slot, moment):
        """A job for the slot, unless the same one waits already."""
        if self.runner_is_alive and (slot, moment) not in self.pending_wakes:
            self.pending_wakes[slot, moment] = moment
            self._at(moment + 0.2 * self.random(), self._start_job, (slot, moment))

    def _start_job(self, key):
        if not self.runner_hangs:
            del self.pending_wakes[key]
            self._start_worker()

    def _start_worker(self):
        self.running += 1
        self._resume(self._drain())

    def _sweep(self):
        due = self.database.outlook(self.now, SLOTS)
        oldest = min(self.pending_wakes.values(), default=None)
        for action in self.decisions.sweep(
            self.now, self.runner_is_alive, oldest, [due]
        ):
            self._note(f"sweeper: {action}")
            if isinstance(action, Wake):
                for slot in range(action.slots):
                    self._wake(slot, self.now)
            elif isinstance(action, DrainHere):
                self._start_worker()
        self._at(self.now + SWEEP_S, self._sweep)

    def _release_parked(self):
        for lane in self.database.lanes:
            if lane.parked:
                self._note("a person presses Retry")
                self.database.release_parked(lane, self.now)
                self._wake(0, self.now)

    # ---------------------------------------------------------------- workers

    def _drain(self):
        """A worker: yields the seconds until its next step, and may end at any."""
        database = self.database
        while claimed := database.claim(self.now):
            lane, token = claimed
            self._note(f"worker {token} claims lane {database.lanes.index(lane)}")
            yield self.random() * 0.1
            while begun := database.begin(lane, token, self.now):
                yield from self._deliver(lane, token, *begun)
        due_at = database.next_due_at(self.now)
        if due_at is not None:
            self._wake(0, due_at)

    def _deliver(self, lane, token, head, step):
        """One attempt, from its mark to its result."""
        began_at = self.now
        # The lease as the worker knows it; others may have taken it since.
        lease = lane.view()
        self._note(f"worker {token}: attempt {step.attempt} of {head.name}")
        yield self.random() * 0.1
        outcome = None
        if self.decisions.must_look_up(step.attempt) and not self.partner.dedupes:
            outcome = yield from self._look_up(head)
        if outcome is None and not self.decisions.is_fresh(head.expires_at, self.now):
            outcome = "expired"
        if outcome is None:
            # Once more after the look-up, which may have taken longer than it should.
            if self.decisions.may_send(lease, token, self.now, EXCHANGE_S):
                outcome = yield from self._send(head)
            else:
                outcome = "too late"
        self._note(f"worker {token}: {head.name} {outcome}")
        self._end(lane, token, head, step, outcome, began_at)
        yield self.random() * 0.1

    def _look_up(self, head):
        """Ask the partner for what an earlier attempt may have done."""
        yield 0.0 if self._is_calm() else EXCHANGE_S * self.random()
        if self._goes_wrong(self.trouble):
            return "silent"
        return "taken" if self.partner.has(head) else None

    def _send(self, head):
        """Send and wait for the answer; what it means for the message."""
        duration = EXCHANGE_S * self.random() * (0.05 if self._is_calm() else 1.0)
        is_silent = self._goes_wrong(self.trouble)
        is_taken = not head.is_poison and not (is_silent and self.random() < 0.5)
        is_refused = is_taken and not is_silent and self._goes_wrong(self.trouble / 2)
        arrives_at = self.now + duration
        self.partner.expect(head, self.now, arrives_at)
        if is_taken and not is_refused:
            # It has its effect whatever becomes of the worker.
            self._at(arrives_at, self._take, head)
            if self.partner.dedupes and self._goes_wrong(self.danger):
                self._note(f"the network repeats {head.name}")
                self._at(arrives_at + 60 * self.random(), self._take, head)
        # The answer comes after the effect, or the worker stops to wait for it.
        yield EXCHANGE_S if is_silent else duration + 0.001
        if is_silent:
            return "silent"
        if head.is_poison:
            return "dead"
        return "busy" if is_refused else "taken"

    def _take(self, message):
        self._note(f"{message.name} takes effect")
        self.partner.take(message)

    def _is_calm(self):
        return self.now >= self.calm_at

    # ----------------------------------------------------------------- results

    def _end(self, lane, token, head, step, outcome, began_at):
        if outcome == "taken":
            self.database.end(lane, token, head, "delivered")
        elif outcome in ("dead", "expired"):
            self.database.end(lane, token, head, outcome, reason="refused")
        else:
            self._fail(lane, token, head, step, outcome)
        if outcome not in ("expired", "too late"):
            self._learn(outcome, began_at)

    def _fail(self, lane, token, head, step, outcome):
        """Plan the next try, or give up."""
        retry_after = None
        if outcome == "busy" and self.random() < 0.3:
            retry_after = LONGEST_RETRY_AFTER_S * self.random()
        try:
            wait_s = self.decisions.delay_before(
                step.attempt + 1, RETRIES, retry_after, self.random
            )
        except PermanentDeliveryError:
            self.database.end(lane, token, head, "dead", reason="attempts exhausted")
        else:
            self.database.end(lane, token, head, "retry", next_at=self.now + wait_s)

    def _learn(self, outcome, began_at):
        before = self.database.breaker
        if outcome in ("taken", "dead"):
            after = self.decisions.after_success(before, began_at, BREAKER)
        else:
            after = self.decisions.after_failure(before, began_at, self.now, BREAKER)
        if after is not before:
            self._note(f"breaker: {after}")
            self.database.learn(after, self.now)

    # ----------------------------------------------------------------- the end

    def _is_settled(self):
        """Whether nothing more will happen, apart from sweeps that find nothing."""
        if self.running or self.now < 30:
            return False
        return not any(lane.is_open() for lane in self.database.lanes)

    def _check_end(self):
        for lane, ledger in zip(self.database.lanes, self.partner.ledger, strict=True):
            places = [lane.queue.index(message) for message in ledger]
            if places != sorted(places):
                raise BrokenInvariant("a lane took effect out of order")
            if lane.parked and not lane.head().reason:
                raise BrokenInvariant("a lane is parked without a reason")
            if lane.queue and lane.queue[-1].state == "superseded":
                raise BrokenInvariant("the newest state was superseded")
        for message in self.messages:
            parked = self.database.lanes[message.lane].parked
            if message.state not in FINAL and not parked:
                raise BrokenInvariant(f"{message.name} ended {message.state}")
            if message.state == "delivered" and not self.partner.has(message):
                raise BrokenInvariant(f"{message.name} is delivered without effect")

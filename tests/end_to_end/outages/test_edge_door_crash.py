"""``kill -9`` while machine events are on their way or gather: each counts once."""

import json
import random
import threading
import time

import pytest

from devkit import own_postgres
from devkit.poll import until

from ..doors import EDGE, letter
from ..own_line import OwnLine
from ..test_edge_door import BATCH, count

BATCHES, SIZE = 8, 800
PULSES = 150


def kill_server(live):
    live.http.kill()
    live.http.start(append=True)
    live.wait_for_odoo()


def crash_database(live):
    own_postgres.crash()
    until(live.is_steady, "the Odoo server answers again", within_s=60)


class Sender:
    """A sender that keeps what nobody has confirmed."""

    def __init__(self, live, run):
        self._live = live
        self.batches = [
            [count(f"{run}-{place}-{n:06d}") for n in range(SIZE)]
            for place in range(BATCHES)
        ]
        self.confirmed = []
        self.began = threading.Event()

    def send(self):
        """Post the batches one after the other; a failure ends it."""
        for batch in self.batches:
            self.began.set()
            try:
                self.confirmed.append((batch, self.post(batch)))
            except OSError:
                return

    def post(self, batch) -> list[str]:
        """The status of each event.

        :raise OSError: nobody confirmed it
        """
        sent = letter(EDGE)
        sent.body, sent.content_type = json.dumps(batch).encode(), BATCH
        answer = sent.post(self._live)
        if answer.status != 202:
            raise OSError(f"status {answer.status}: {answer.body[:200]!r}")
        return [result["status"] for result in answer.json["results"]]


@pytest.mark.parametrize("disaster", [kill_server, crash_database])
def test_h1_crash_in_mid_request_loses_and_doubles_no_event(live, disaster):
    run = f"crash-{time.time_ns()}"
    sender = Sender(live, run)
    thread = threading.Thread(target=sender.send)

    thread.start()
    sender.began.wait()
    disaster(live)
    thread.join()
    repeated = sender.batches[::-1]
    for batch in repeated:
        random.Random(run).shuffle(batch)
    statuses = {id(batch): until_posted(sender, batch) for batch in repeated}

    for batch, at_first in sender.confirmed:
        assert set(at_first) == {"accepted"}
        assert set(statuses[id(batch)]) == {"duplicate"}
    assert all({*status} <= {"accepted", "duplicate"} for status in statuses.values())
    # A request is stored as a whole or not at all.
    assert all(len({*status}) == 1 for status in statuses.values())
    ((stored, different),) = live.sql(
        "SELECT count(*), count(DISTINCT event_id) FROM mfg_edge_event"
        " WHERE event_id LIKE %s",
        f"{run}%",
    )
    assert stored == different == BATCHES * SIZE


def until_posted(sender, batch) -> list[str]:
    """Its statuses, as soon as somebody confirms it."""
    answers = []

    def confirmed():
        try:
            answers.append(sender.post(batch))
        except OSError:
            return False
        return True

    until(confirmed, "the door takes the batch again", within_s=60)
    return answers[-1]


@pytest.mark.parametrize("disaster", [kill_server, crash_database])
def test_g5_counts_that_gather_survive_a_crash(gathering, disaster):
    line, run = OwnLine.built(gathering), f"pulse-{time.time_ns()}"
    half = threading.Event()

    def send_pulse(number):
        named = {"equipment": line.machine, "job_order": line.order.name}
        pulse = letter(EDGE, f"{run}-{number}", **named)
        until(lambda: is_taken(gathering, pulse), "the door takes it", within_s=60)

    def send():
        for number in range(PULSES):
            send_pulse(number)
            if number == PULSES // 2:
                half.set()

    thread = threading.Thread(target=send)
    thread.start()
    half.wait()
    disaster(gathering)
    thread.join()
    until(lambda: line.good_on_order() == PULSES, "the order has all", within_s=120)

    ((events, good, still),) = gathering.sql(
        "SELECT sum(event_count), sum(good_quantity), count(gathers_until)"
        "  FROM mfg_edge_window WHERE equipment = %s",
        line.machine,
    )
    assert (events, good, still) == (PULSES, PULSES, 0)
    session = gathering.session()
    shown = session.call("mrp.production", "action_mfg_prove_counts", [line.order.id])
    proof = session.read("mfg.edge.proof", shown["res_id"], "verdict", "text")
    assert proof["verdict"] == "proven", proof["text"]


def is_taken(live, pulse) -> bool:
    """Whether the door confirms the event, for the first time or again."""
    try:
        return pulse.post(live).status == 202
    except OSError:
        return False

"""Order within a lane, lanes beside each other, with several workers."""

import json
import time

from devkit.poll import until

from .doors import EVENTS, cloudevent, letter

LANES, EVENTS_PER_LANE = 6, 8


def test_a6_each_lane_is_worked_on_in_order_and_one_at_a_time(live):
    run = f"lane-{time.time_ns()}"
    events = [
        cloudevent(
            f"{run}-{place}-{lane}", "mfg.ping.v1", {"note": run}, f"{run}-{lane}"
        )
        for place in range(EVENTS_PER_LANE)
        for lane in range(LANES)
    ]

    for batch in (events[0::2], events[1::2]):
        sent = letter(EVENTS)
        sent.body = json.dumps(batch).encode()
        sent.content_type = "application/cloudevents-batch+json"
        assert sent.post(live).status == 202

    until(lambda: done(live, run) == len(events), "all are processed")
    assert out_of_order(live, run) == []


def done(live, run):
    return live.value(
        "SELECT count(*) FROM mfg_inbox_event"
        " WHERE event_id LIKE %s AND state = 'processed'",
        f"{run}-%",
    )


def out_of_order(live, run):
    """Events of a lane that began before the one in front of them had ended."""
    return live.sql(
        """
        SELECT event_id FROM (
            SELECT event.event_id, event.lane_sequence, attempt.started_at,
                   lag(attempt.started_at) OVER lane AS before,
                   lag(event.lane_sequence) OVER lane AS sequence_before
              FROM mfg_inbox_event event
              JOIN mfg_delivery_attempt attempt ON attempt.event_id = event.id
             WHERE event.event_id LIKE %s
            WINDOW lane AS (PARTITION BY event.lane_id ORDER BY attempt.id)) AS walk
         WHERE sequence_before >= lane_sequence OR before > started_at
        """,
        f"{run}-%",
    )

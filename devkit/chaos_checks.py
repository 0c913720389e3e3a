"""What must be true after a chaos run, told by the peer's ledger and by our rows."""

from collections import Counter, defaultdict

from .stage import Stage


class ViolationError(Exception):
    """Something that must never happen has happened; the text names it."""


def check(stage: Stage, connector_id: int, messages: list[int], events: list[str]):
    """Check everything.

    :param messages: ids of the outbound messages of the run
    :param events: sender's ids of its inbound events, in the order of sending
    :raise ViolationError: naming the first thing that is wrong
    """
    _check_messages(stage, messages)
    _check_events(stage, events)
    _check_attempts(stage, messages)
    _check_lanes(stage, connector_id)


def _check_messages(stage: Stage, messages: list[int]) -> None:
    """Delivered, each with one effect at the peer, in the order of its lane."""
    place, state_of = {}, {}
    for uuid, lane_id, sequence, state in stage.sql(
        "SELECT uuid, lane_id, lane_sequence, state FROM mfg_outbox_message"
        " WHERE id = ANY(%s)",
        messages,
    ):
        place[uuid], state_of[uuid] = (lane_id, sequence), state
    _refuse_any(
        [f"{uuid} is {s}" for uuid, s in state_of.items() if s != "delivered"],
        "messages are not delivered",
    )
    effects = [
        line["order"]["external_ref"]
        for line in stage.cmms.ledger("created")
        if line["order"]["external_ref"] in place
    ]
    times = Counter(effects)
    _refuse_any(
        [f"{uuid}: {times[uuid]} times" for uuid in place if times[uuid] != 1],
        "messages did not take effect exactly once",
    )
    newest = defaultdict(int)
    for uuid in effects:
        lane_id, sequence = place[uuid]
        if sequence <= newest[lane_id]:
            raise ViolationError(
                f"message {uuid}, number {sequence} of lane {lane_id}, took effect"
                f" after number {newest[lane_id]}"
            )
        newest[lane_id] = sequence


def _check_events(stage: Stage, events: list[str]) -> None:
    """Stored once, processed, each with one effect, in the order of sending."""
    rows = stage.sql(
        "SELECT event_id, state FROM mfg_inbox_event WHERE event_id = ANY(%s)", events
    )
    stored = Counter(event_id for event_id, _state in rows)
    _refuse_any(
        [f"{event}: {stored[event]} rows" for event in events if stored[event] != 1],
        "events were not stored exactly once",
    )
    _refuse_any(
        [f"{event} is {state}" for event, state in rows if state != "processed"],
        "events are not processed",
    )
    rows = stage.sql(
        "SELECT name, lane_key, number FROM mfg_test_effect WHERE name = ANY(%s)"
        " ORDER BY id",
        events,
    )
    effects = Counter(event_id for event_id, _key, _number in rows)
    _refuse_any(
        [f"{event}: {effects[event]} times" for event in events if effects[event] != 1],
        "events did not take effect exactly once",
    )
    newest = defaultdict(lambda: -1)
    for event_id, key, number in rows:
        if number <= newest[key]:
            raise ViolationError(f"event {event_id} took effect after {newest[key]}")
        newest[key] = number


def _check_attempts(stage: Stage, messages: list[int]) -> None:
    """Every try is a row, none is left open."""
    rows = stage.sql(
        """
        SELECT message.uuid, message.attempt_count, count(attempt.id),
               count(*) FILTER (WHERE attempt.outcome = 'running')
          FROM mfg_outbox_message message
          LEFT JOIN mfg_delivery_attempt attempt ON attempt.message_id = message.id
         WHERE message.id = ANY(%s)
         GROUP BY message.id
        """,
        messages,
    )
    _refuse_any(
        [
            f"{uuid}: {counted} counted, {kept} kept, {running} running"
            for uuid, counted, kept, running in rows
            if counted != kept or running
        ],
        "messages whose attempts do not add up",
    )


def _check_lanes(stage: Stage, connector_id: int) -> None:
    rows = stage.sql(
        """
        SELECT direction || ' ' || key || CASE WHEN parked THEN ' parked: ' ||
               COALESCE(parked_reason, '') ELSE ' leased until ' || lease_until END
          FROM mfg_lane
         WHERE connector_id = %s
           AND (parked OR lease_until >= now() AT TIME ZONE 'UTC')
        """,
        connector_id,
    )
    _refuse_any([text for (text,) in rows], "lanes are not free")


def _refuse_any(found: list[str], what: str) -> None:
    """:raise ViolationError: when something was found, naming the first"""
    if found:
        raise ViolationError(f"{len(found)} {what}, the first: {found[0]}")

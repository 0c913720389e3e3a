"""What must be true after a soak, told by our rows and by the ledgers of the peers."""

from collections import Counter

from .chaos_checks import ViolationError
from .stage import Stage

CHANGED = "mfg.maintenance.state_changed.v1"
#: The status of a partner for our state.
STATUS_OF = {"in_progress": "WIP", "completed": "FINISHED"}


def check(stage: Stage, connectors, requests, peers, numbers, writers) -> None:
    """Check everything.

    :param connectors: ``{code: id}``
    :param numbers: ``{code: {request: number at that partner}}``
    :param writers: ``{who: Writer}``
    :raise ViolationError: naming the first thing that is wrong
    """
    _check_echoes(stage, connectors, requests)
    _check_everybody_hears(stage, connectors, requests)
    _check_growth(stage, requests, writers)
    _check_ledgers(stage, connectors, requests, peers, numbers)
    _check_agreement(stage, requests, peers, numbers)


def _check_echoes(stage, connectors, requests) -> None:
    """No message goes to whose event caused it."""
    rows = stage.sql(
        """
        SELECT message.uuid
          FROM mfg_outbox_message message
          JOIN mfg_inbox_event event ON event.uuid = message.causation_id
         WHERE message.event_type = %s AND message.res_id = ANY(%s)
           AND message.connector_id = event.connector_id
        """,
        CHANGED,
        requests,
    )
    if rows:
        raise ViolationError(
            f"{len(rows)} messages are echoes, the first: {rows[0][0]}"
        )


def _check_everybody_hears(stage, connectors, requests) -> None:
    """Each change is told once to each partner that did not cause it."""
    causes = Counter(_causes(stage, requests))
    told = Counter(
        code
        for code, connector_id in connectors.items()
        for _row in range(_messages(stage, requests, connector_id))
    )
    for code, connector_id in connectors.items():
        expected = sum(count for who, count in causes.items() if who != connector_id)
        if told[code] != expected:
            raise ViolationError(
                f"{code} was told {told[code]} changes and others made {expected}"
            )


def _check_growth(stage, requests, writers) -> None:
    """There are no more changes than writes by people, but for crossings.

    Where messages cross, a partner calls back what it is told no longer, and that is a
    change: at most one for each write.
    """
    changes, writes = len(_causes(stage, requests)), 0
    for writer in writers.values():
        writes += writer.writes
    if changes > 2 * writes:
        raise ViolationError(f"{writes} writes became {changes} changes")


def _check_ledgers(stage, connectors, requests, peers, numbers) -> None:
    """Each change at a partner is one event here, each message one change there."""
    for code, connector_id in connectors.items():
        ours = set(numbers[code].values())
        changed = [
            line
            for line in peers[code].ledger("changed")
            if line["order"]["wo_no"] in ours
        ]
        events = _events(stage, connector_id, sorted(ours))
        if events != len(changed):
            raise ViolationError(
                f"{code} changed {len(changed)} times, which are {events} events"
            )
        told = sum(line["by"] == "api" for line in changed)
        owed = _messages(stage, requests, connector_id)
        if told != owed:
            raise ViolationError(f"{owed} messages to {code} had {told} effects there")


def _check_agreement(stage, requests, peers, numbers) -> None:
    """All sides end with the same state."""
    states = dict(
        stage.sql(
            "SELECT id, mfg_state FROM maintenance_request WHERE id = ANY(%s)", requests
        )
    )
    for code, peer in peers.items():
        status = {}
        for kind in ("created", "changed"):
            for line in peer.ledger(kind):
                status[line["order"]["wo_no"]] = line["order"]["status"]
        for request, number in numbers[code].items():
            expected = STATUS_OF.get(states[request])
            if status[number] != expected:
                raise ViolationError(
                    f"request {request} is {states[request]} here and"
                    f" {status[number]} at {code}"
                )


# ------------------------------------------------------------------ counting


def counts(stage: Stage, connectors, requests) -> dict:
    """How much there was of what."""
    found = {"changes here": len(_causes(stage, requests))}
    for code, connector_id in connectors.items():
        found[f"messages to {code}"] = _messages(stage, requests, connector_id)
        numbers = stage.sql(
            "SELECT external_id FROM mfg_binding WHERE connector_id = %s"
            " AND res_model = 'maintenance.request' AND res_id = ANY(%s)",
            connector_id,
            requests,
        )
        found[f"events of {code}"] = _events(
            stage, connector_id, [number for (number,) in numbers]
        )
    return found


def growth(stage: Stage, requests) -> int:
    """How many messages there are by now."""
    return stage.value(
        "SELECT count(*) FROM mfg_outbox_message"
        " WHERE event_type = %s AND res_id = ANY(%s)",
        CHANGED,
        requests,
    )


def open_rows(stage: Stage, connectors, requests, peers) -> str:
    """What is not final yet, in words; empty when all is."""
    stage.supervise()
    ids = list(connectors.values())
    rows = stage.sql(
        """
        SELECT direction, state, count(*), min(reason) FROM mfg_integration_log
         WHERE connector_id = ANY(%s) AND state NOT IN (
               'delivered', 'acknowledged', 'processed', 'ignored', 'rejected')
         GROUP BY direction, state
        """,
        ids,
    )
    told = [f"{way} {state}: {count} ({why or ''})" for way, state, count, why in rows]
    if told:
        return "; ".join(told)
    for code, peer in peers.items():
        calls = sum(line["status"] == 202 for line in peer.ledger("call"))
        owed = len(peer.ledger("changed"))
        if calls < owed:
            told.append(f"{code} has {owed - calls} calls to make")
    return "; ".join(told)


def _causes(stage, requests) -> list[int | None]:
    """The connector whose event caused each change of a state; None for a user's."""
    return [
        connector_id
        for (connector_id,) in stage.sql(
            """
            SELECT event.connector_id
              FROM mfg_audit_entry entry
              LEFT JOIN mfg_inbox_event event ON event.uuid = entry.message_uuid
             WHERE entry.action = 'state.changed'
               AND entry.res_model = 'maintenance.request'
               AND entry.res_id = ANY(%s)
            """,
            requests,
        )
    ]


def _messages(stage, requests, connector_id) -> int:
    return stage.value(
        "SELECT count(*) FROM mfg_outbox_message WHERE event_type = %s"
        " AND res_model = 'maintenance.request' AND res_id = ANY(%s)"
        " AND connector_id = %s",
        CHANGED,
        requests,
        connector_id,
    )


def _events(stage, connector_id, numbers) -> int:
    """Events of a partner about these work orders."""
    return stage.value(
        "SELECT count(*) FROM mfg_inbox_event"
        " WHERE connector_id = %s AND ordering_key = ANY(%s)",
        connector_id,
        numbers,
    )

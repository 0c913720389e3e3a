"""How quickly the screens of an operator open when there are millions of rows."""

import os
import time
from collections.abc import Callable

from . import chaos_load
from .poll import until
from .stage import Stage

#: In the log, half of them in each direction; ``BENCH_ROWS`` asks for another number.
ROWS = 3_000_000
LANES = 1000
DAYS = 90
#: One row in so many is a dead letter.
DEAD_EVERY = 2000
CHUNK = 250_000
OPENINGS = 5
BAR_S = 1.0
QUEUES = {
    "out": ("mfg_outbox_message", "delivered"),
    "in": ("mfg_inbox_event", "processed"),
}


def screens(stage: Stage) -> list[dict]:
    """Seconds until the server has what each screen shows first."""
    rows = int(os.environ.get("BENCH_ROWS") or ROWS)
    _fill(stage, rows)
    admin = stage.session()
    log = "mfg.integration.log"
    columns = ("create_date", "direction", "event_type", "connector_id", "state")
    connector = ("name", "state", "dead_count", "waiting_count", "last_success_at")
    flow = ("connector_id", "direction", "event_type", "pending_count", "late_since")
    opened = {
        "log, last 7 days": lambda: _list(admin, log, columns, _last_days(stage, 7)),
        "log, everything": lambda: _list(admin, log, columns, []),
        "dead letters by cause": lambda: _groups(stage, admin),
        "flows": lambda: _list(admin, "mfg.flow", flow, []),
        "connectors": lambda: _list(admin, "mfg.connector", connector, []),
    }
    return [
        {
            "name": f"screen: {name}",
            "value": round(_worst(look), 3),
            "unit": "s",
            "bar": BAR_S,
            "detail": f"worst of {OPENINGS} openings, {rows} rows in the log",
        }
        for name, look in opened.items()
    ]


def _fill(stage: Stage, rows: int) -> None:
    """Copy one real row of each direction, until there are enough."""
    connector_id = chaos_load.connector(stage)
    models = _templates(stage, connector_id)
    stage.session().call("mfg.connector", "action_pause", [connector_id])
    for direction, (table, final) in QUEUES.items():
        lanes = _lanes(stage, connector_id, direction)
        for begun in range(0, rows // 2, CHUNK):
            upto = min(begun + CHUNK, rows // 2)
            _copy(stage, table, models[direction], final, lanes, begun, upto)
        stage.sql(f"ANALYZE {table}")


def _templates(stage: Stage, connector_id: int) -> dict[str, int]:
    """Id of a finished row of each direction."""
    (message_id,) = chaos_load.owe(stage, connector_id, 1, 1)
    sender = chaos_load.Sender(stage, f"bench-{time.time_ns()}", 0)
    sender.start()
    until(lambda: sender.ids, "an event is sent")
    sender.finish()
    sender.join()
    event_id = sender.ids[0]
    found = {}
    for direction, query, value in (
        ("out", "mfg_outbox_message WHERE id = %s AND state = %s", message_id),
        ("in", "mfg_inbox_event WHERE event_id = %s AND state = %s", event_id),
    ):
        final = QUEUES[direction][1]
        look = f"SELECT id FROM {query}"
        found[direction] = until(
            lambda look=look, value=value, final=final: stage.value(look, value, final),
            "the row to copy is final",
            within_s=60,
        )
    return found


def _lanes(stage: Stage, connector_id: int, direction: str) -> int:
    """Make the lanes that the rows lie in; the id of the first."""
    rows = stage.sql(
        """
        INSERT INTO mfg_lane (connector_id, direction, key, last_sequence, parked)
        SELECT %s, %s, 'screens/' || number, %s, FALSE
          FROM generate_series(1, %s) AS number
        RETURNING id
        """,
        connector_id,
        direction,
        ROWS,
        LANES,
    )
    return min(lane_id for (lane_id,) in rows)


def _copy(
    stage: Stage, table: str, model: int, final: str, lanes: int, begun: int, upto: int
) -> None:
    """Insert one chunk of copies."""
    changed = {
        "uuid": "gen_random_uuid()::varchar",
        "event_id": "gen_random_uuid()::varchar",
        "correlation_id": "gen_random_uuid()::varchar",
        "lane_id": f"{lanes} + number % {LANES}",
        "lane_sequence": f"number / {LANES} + 1",
        "state": f"CASE number % {DEAD_EVERY} WHEN 0 THEN 'dead' ELSE '{final}' END",
        "reason_code": f"CASE number % {DEAD_EVERY} WHEN 0 THEN 'refused' END",
        "reason": f"CASE number % {DEAD_EVERY} WHEN 0 THEN 'unknown asset' END",
        "cause": f"CASE number % {DEAD_EVERY} WHEN 0 THEN 'asset ' || number % 7 END",
        "failed_at": f"CASE number % {DEAD_EVERY} WHEN 0 THEN localtimestamp END",
        "create_date": f"now() AT TIME ZONE 'UTC' - random() * interval '{DAYS} days'",
    }
    names = [
        name
        for (name,) in stage.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND column_name <> 'id' AND is_generated = 'NEVER'",
            table,
        )
    ]
    values = ", ".join(changed.get(name, f"model.{name}") for name in names)
    stage.sql(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"
        f" FROM generate_series({begun}, {upto - 1}) AS number, {table} AS model"
        f" WHERE model.id = {model}"
    )


def _list(admin, model: str, columns: tuple[str, ...], domain: list) -> None:
    """What the list view asks for first: one page and how many there are."""
    admin.call(
        model,
        "web_search_read",
        domain,
        {name: {} for name in columns},
        limit=80,
        count_limit=10001,
    )


def _groups(stage: Stage, admin) -> None:
    """What the list of dead letters asks for first, in this series' words."""
    older = {"fields": [], "groupby": ["cause"]}
    newer = {"groupby": ["cause"], "aggregates": ["__count"]}
    words = older if stage.series.name == "17.0" else newer
    admin.call("mfg.dead.letter", "web_read_group", domain=[], **words)


def _last_days(stage: Stage, days: int) -> list:
    """The domain of the filter that the list opens with."""
    since = stage.value(
        "SELECT to_char(now() - make_interval(days => %s), 'YYYY-MM-DD')", days
    )
    return [("create_date", ">=", since)]


def _worst(look: Callable[[], None]) -> float:
    """Seconds of the slowest opening; the very first fills the server's caches."""
    look()
    seconds = []
    for _ in range(OPENINGS):
        started = time.monotonic()
        look()
        seconds.append(time.monotonic() - started)
    return max(seconds)

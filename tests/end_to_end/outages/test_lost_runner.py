"""queue_job's runner loses its connection to the database, and nobody is told."""

import contextlib

from devkit import json_http
from devkit.poll import until
from devkit.stage import RUNNER_LOCK

from ..maintenance_requests import is_delivered, request_maintenance, work_orders

NOTICED_S = 120
#: The sweeper looks once a minute, and works itself when a job waited for two.
REPAIRED_S = 300


def health(live):
    return json_http.get(f"{live.url}/mfg/v1/health").json


def notes(live, kind):
    """How many notes of that kind there are of the runner; others may be noted, too."""
    return live.value(
        "SELECT count(*) FROM mfg_hub_note WHERE kind = %s AND text LIKE %s",
        kind,
        "%job runner%",
    )


def runner_status(live):
    """What the list of connectors says about the runner."""
    session = live.session()
    (connector_id,) = session.search("mfg.connector", [("code", "=", "cmms")])
    shown = session.read(
        "mfg.connector", connector_id, "runner_is_alive", "runner_status"
    )
    return shown["runner_is_alive"], shown["runner_status"]


def is_well(live):
    """Whether the runner hears, and nobody remembers a trouble of its."""
    return health(live)["runner_state"] == "alive" and runner_status(live) == (
        True,
        "Alive",
    )


@contextlib.contextmanager
def silently_cut_off(live):
    """End the runner's connection, and keep its lock as a dead connection would."""
    live.sql(
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory'
           AND (classid::bigint << 32) + objid::bigint = %s
        """,
        RUNNER_LOCK,
    )
    until(
        lambda: live.value("SELECT pg_try_advisory_lock(%s)", RUNNER_LOCK),
        "the lock is ours",
    )
    try:
        yield
    finally:
        live.sql("SELECT pg_advisory_unlock(%s)", RUNNER_LOCK)


def test_l4_silent_loss_of_the_runner_is_noticed_shown_and_repaired(live):
    # Others have killed servers; what that made is over first.
    until(lambda: is_well(live), "the runner is well", within_s=NOTICED_S)
    troubles, recoveries = notes(live, "trouble"), notes(live, "recovered")
    with silently_cut_off(live):
        request_id = request_maintenance(live)

        until(
            lambda: not health(live)["runner_alive"],
            "health says it",
            within_s=NOTICED_S,
        )
        until(
            lambda: is_delivered(live, request_id),
            "the sweeper delivers",
            within_s=REPAIRED_S,
        )
        is_alive, status = runner_status(live)

    assert len(work_orders(live, request_id)) == 1
    assert health(live)["status"] == "ok"
    assert not is_alive
    assert status.startswith("Dead since")
    assert notes(live, "trouble") == troubles + 1
    until(
        lambda: notes(live, "recovered") == recoveries + 1,
        "the recovery is noted",
        within_s=NOTICED_S,
    )
    # It has yet to work off what waited for it.
    until(lambda: is_well(live), "it hears again", within_s=NOTICED_S)

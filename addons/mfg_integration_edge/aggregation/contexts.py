"""What machines say they work on: kept by the time of the saying."""

from ..protocols.counter import UNNUMBERED
from ..protocols.machine_events import CONTEXT
from .run import EVENTS, MOMENT, PLACE, Run


def keep(cr, run: Run) -> list[int]:
    """Keep the contexts of a run; ids of the rows."""
    cr.execute(
        f"""
        INSERT INTO mfg_edge_context
                    (connector_id, equipment, source, event_uuid, boot, sequence,
                     started_at, place, received_at, barcode, job_order, operation,
                     lot, operator, ended)
        SELECT event.connector_id, event.equipment, event.source, event.uuid,
               COALESCE(event.boot, {UNNUMBERED}),
               COALESCE(event.sequence, {UNNUMBERED}),
               {MOMENT}, {PLACE}, event.received_at, {_said("barcode")},
               event.job_order, event.operation, {_said("lot")}, {_said("operator")},
               COALESCE(({_said("ended")})::boolean, FALSE)
          FROM {EVENTS} AND event.event_type = %(context)s
        RETURNING id
        """,
        run.values(context=CONTEXT),
    )
    return [context_id for (context_id,) in cr.fetchall()]


def _said(member: str) -> str:
    return f"event.envelope->'data'->>'{member}'"


def at_sql(reading: str) -> str:
    """What the machine worked on at a reading, as a query for its ``id``.

    By the sender's own numbers where one sender tells both, else by time. A context
    holds for what is counted at its very moment.

    :param reading: alias of a row with ``connector_id``, ``equipment``, ``source``,
        ``boot``, ``sequence`` and ``moment``
    """
    same_sender = (
        f"context.source = {reading}.source AND context.boot > {UNNUMBERED}"
        f" AND {reading}.boot > {UNNUMBERED}"
    )
    return f"""
        SELECT id FROM (
            (SELECT context.id, started_at, boot, sequence
               FROM mfg_edge_context context
              WHERE context.connector_id = {reading}.connector_id
                AND context.equipment = {reading}.equipment AND {same_sender}
                AND (context.boot, context.sequence)
                    < ({reading}.boot, {reading}.sequence)
              ORDER BY boot DESC, sequence DESC LIMIT 1)
            UNION ALL
            (SELECT context.id, started_at, boot, sequence
               FROM mfg_edge_context context
              WHERE context.connector_id = {reading}.connector_id
                AND context.equipment = {reading}.equipment AND NOT ({same_sender})
                AND context.started_at <= {reading}.moment
              ORDER BY started_at DESC, boot DESC, sequence DESC, id DESC LIMIT 1)
        ) known
        ORDER BY started_at DESC, boot DESC, sequence DESC, id DESC LIMIT 1
    """

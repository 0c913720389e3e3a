"""What must be true after the story, in the database and in the peers' ledgers."""

from collections.abc import Iterator
from dataclasses import dataclass

from .story import GOOD, SCRAP, Story

EXPECTED_EVENTS = 53


@dataclass(frozen=True)
class Check:
    """One thing that must be true.

    :param title: as a sentence
    """

    title: str
    found: object
    wanted: object

    @property
    def ok(self) -> bool:
        return self.found == self.wanted


def checks(story: Story) -> Iterator[Check]:
    """Everything that is checked, in the order of the story."""
    yield from _partners(story)
    yield from _documents(story)
    yield from _pipeline(story)
    yield from _one_chain(story)


def _partners(story: Story) -> Iterator[Check]:
    reference = story.cmms_order()["external_ref"]
    orders = [
        entry
        for entry in story.stage.cmms.ledger("created")
        if entry["order"]["external_ref"] == reference
    ]
    yield Check("the CMMS has one work order", len(orders), 1)
    refusals = len(story.stage.cmms.ledger("refused")) - story.refused_before
    yield Check("the CMMS refused the first tries", refusals, story.refusals)
    inspections = [
        entry
        for entry in story.stage.qms.ledger("created")
        if entry["inspection"]["lot"] == story.order.lot
    ]
    yield Check("the QMS has one inspection", len(inspections), 1)
    for peer in (story.stage.cmms, story.stage.qms, story.stage.machine):
        answers = {call["status"] for call in peer.ledger("call")} - {None}
        yield Check(
            f"Odoo answered every call of the {peer.name} with 202", answers, {202}
        )


def _documents(story: Story) -> Iterator[Check]:
    sql, order = story.stage.sql, story.order
    # Scrapped pieces took their components, too.
    pieces = GOOD + SCRAP
    yield Check(
        "the order is done with the machine's counts",
        sql(
            """
            SELECT state, mfg_good_quantity, mfg_scrap_quantity
              FROM mrp_production WHERE id = %s
            """,
            order.id,
        ),
        [("done", GOOD, SCRAP)],
    )
    yield Check(
        "no backorder was made",
        story.stage.value(
            "SELECT count(*) FROM mrp_production WHERE origin = %s", order.lot
        ),
        1,
    )
    yield Check(
        "the lot holds exactly what was counted",
        story.stage.value(
            """
            SELECT sum(quantity) FROM stock_quant
              JOIN stock_location ON stock_location.id = stock_quant.location_id
             WHERE lot_id = %s AND usage = 'internal'
            """,
            order.lot_id,
        ),
        GOOD,
    )
    yield Check(
        "components were consumed once",
        sql(
            """
            SELECT sum(quantity) FROM stock_move
             WHERE raw_material_production_id = %s AND state = 'done'
             GROUP BY product_id ORDER BY 1
            """,
            order.id,
        ),
        [(pieces,), (pieces,), (2 * pieces,)],
    )
    yield Check(
        "the fault made one maintenance request",
        story.stage.value(
            "SELECT count(*) FROM maintenance_request WHERE mfg_correlation_id = %s",
            story.correlation_id(),
        ),
        1,
    )


def _pipeline(story: Story) -> Iterator[Check]:
    sql, correlation_id = story.stage.sql, story.correlation_id()
    yield Check(
        "the order had two holds, each placed and lifted once",
        sql(
            """
            SELECT reason_code, state, count(*) FROM mfg_hold
             WHERE res_model = 'mrp.production' AND res_id = %s
             GROUP BY 1, 2 ORDER BY 1
            """,
            story.order.id,
        ),
        [("equipment_fault", "lifted", 1), ("quality_review", "lifted", 1)],
    )
    yield Check(
        "no hold of the case is left",
        sql(
            """
            SELECT mfg_hold.name FROM mfg_hold
             WHERE correlation_id = %s AND state = 'active'
            """,
            correlation_id,
        ),
        [],
    )
    yield Check(
        "every message was delivered",
        sql(
            """
            SELECT uuid, state, reason FROM mfg_outbox_message
             WHERE correlation_id = %s
               AND state NOT IN ('delivered', 'acknowledged')
            """,
            correlation_id,
        ),
        [],
    )
    yield Check(
        "every event was processed",
        sql(
            """
            SELECT event_id, state, reason FROM mfg_inbox_event
             WHERE correlation_id = %s AND state NOT IN ('processed', 'ignored')
            """,
            correlation_id,
        ),
        [],
    )
    yield Check(
        "the callback that came twice is one event",
        sql(
            """
            SELECT event_id FROM mfg_inbox_event
              JOIN mfg_connector ON mfg_connector.id = connector_id
             WHERE code = 'cmms' AND correlation_id = %s ORDER BY 1
            """,
            correlation_id,
        ),
        [(f"{story.cmms_order()['wo_no']}-{version}",) for version in (2, 3)],
    )
    sent = _machine_events(story)
    yield Check("the machine played the whole day", len(sent), EXPECTED_EVENTS)
    yield Check(
        "each of the machine's events is stored once",
        story.stage.value(
            "SELECT count(*) FROM mfg_edge_event WHERE event_id = ANY(%s)", sent
        ),
        EXPECTED_EVENTS,
    )


def _machine_events(story: Story) -> list[str]:
    """Ids of what the machine sent about this order, without repetitions."""
    return sorted(
        {
            event["id"]
            for call in story.stage.machine.ledger("call")
            for event in call["events"]
            if event["data"].get("job_order") == story.order.name
        }
    )


def _one_chain(story: Story) -> Iterator[Check]:
    correlation_id = story.correlation_id()
    yield Check("there is a correlation id", bool(correlation_id), True)
    yield Check(
        "request, messages and callbacks share it",
        story.stage.sql(
            """
            SELECT 'event' FROM mfg_inbox_event WHERE correlation_id = %(it)s
            UNION
            SELECT 'message' FROM mfg_outbox_message WHERE correlation_id = %(it)s
            UNION
            SELECT 'request' FROM maintenance_request WHERE mfg_correlation_id = %(it)s
             ORDER BY 1
            """,
            it=correlation_id,
        ),
        [("event",), ("message",), ("request",)],
    )
    timeline = _timeline(story)
    times = [line["at"] for line in timeline]
    yield Check("the timeline is in order of time", times, sorted(times))
    kinds = {line["kind"] for line in timeline}
    wanted = {"event", "message", "attempt", "hold", "state"}
    yield Check("one timeline holds the whole chain", wanted - kinds, set())


def _timeline(story: Story) -> list[dict]:
    admin = story.stage.session()
    domain = [("correlation_id", "=", story.correlation_id())]
    (case,) = admin.call("mfg.case", "search_read", domain, ["timeline"])
    return case["timeline"]

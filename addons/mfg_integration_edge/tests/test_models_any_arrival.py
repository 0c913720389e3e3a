"""A property, against the real database: the way of arrival changes no total."""

from datetime import datetime, timedelta
from decimal import Decimal

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..aggregation.increments import increment_sql
from ..protocols.counter import Place, Reading, increment
from ..protocols.machine_events import CONTEXT, STATE
from .common import count, envelope
from .test_models_counters import CountersCase, at, counter

ORDERS = ("MO-A", "MO-B")
REPEATABLE = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def streams(draw):
    """What one machine sends, in its own order."""
    events, total, boot, number = [], 0, 1, 0
    kinds = st.sampled_from(["reading", "reading", "count", "scan", "state", "restart"])
    for second, kind in enumerate(["reading", *draw(st.lists(kinds, max_size=10))]):
        number += 1
        units = draw(st.integers(1, 400)) / 1000
        order = draw(st.sampled_from([None, *ORDERS]))
        named = {"job_order": order} if order else {}
        if kind == "restart":
            boot, number, total, kind = boot + 1, 1, 0, "reading"
        key, sequence = f"e{second}", f"{boot}-{number}"
        if kind == "reading":
            total = round((total + units) % 1, 3)
            events.append(counter(key, total, second, sequence, rollover_at=1, **named))
        elif kind == "count":
            events.append(at(count(key, units, units, **named), second, sequence))
        elif kind == "scan":
            said = {"job_order": order} if order else {"ended": True}
            events.append(at(envelope(key, CONTEXT, **said), second, sequence))
        else:
            said = envelope(key, STATE, state="Execute")
            events.append(at(said, second, sequence))
    return events


@st.composite
def arrivals(draw, events):
    """The events in any order, some twice, in batches ``(events, crashes, gathers)``.

    Some of them crash once, and what some of them count gathers.
    """
    repeated = draw(st.lists(st.sampled_from(events), max_size=3))
    left, batches = draw(st.permutations([*events, *repeated])), []
    while left:
        size = draw(st.integers(1, len(left)))
        batches.append((left[:size], draw(st.booleans()), draw(st.booleans())))
        left = left[size:]
    return batches


class Crash(Exception):
    """The process died before its commit."""


class TestAnyArrival(CountersCase):
    def posted(self, batches):
        """What was posted for which order, after these batches; then all is undone."""
        totals = None
        with self.assertRaises(Crash), self.env.cr.savepoint():
            for batch, crashes, gathers in batches:
                self.given_gathering(30 if gathers else 0)
                if crashes:
                    self.crash(batch)
                self.given_batch(*batch)
                self.aggregate()
            with freeze_time(datetime.utcnow() + timedelta(hours=1)):
                self.aggregate()
            self.env.flush_all()
            self.assertEqual(self.windows()._contradictions(), [])
            self.assertEqual(self.told(), self.windowed())
            totals = self.sums()
            raise Crash
        return totals

    def told(self):
        """Good and scrap of each count that the inbox was told, by its uuid."""
        counts = self.inbox().filtered(lambda one: "count" in one.event_type)
        return {
            event.uuid: tuple(
                Decimal(str(event.payload["data"][f"{kind}_quantity"]))
                for kind in ("good", "scrap")
            )
            for event in counts
        }

    def windowed(self):
        """The same as the windows have it, none of which gathers any more."""
        self.env.cr.execute(
            """
            SELECT event_uuid, good_quantity::text, scrap_quantity::text
              FROM mfg_edge_window WHERE connector_id = %s AND gathers_until IS NULL
            """,
            (self.connector.id,),
        )
        return {row[0]: tuple(map(Decimal, row[1:])) for row in self.env.cr.fetchall()}

    def crash(self, batch):
        with self.assertRaises(Crash), self.env.cr.savepoint():
            self.given_batch(*batch)
            self.aggregate()
            raise Crash

    def sums(self):
        self.env.cr.execute(
            """
            SELECT COALESCE(posted.job_order,
                            CASE WHEN NOT context.ended THEN context.job_order END),
                   sum(good_quantity)::text, sum(scrap_quantity)::text
              FROM mfg_edge_window posted
              LEFT JOIN mfg_edge_context context ON context.id = posted.context_id
             WHERE posted.connector_id = %s GROUP BY 1
            """,
            (self.connector.id,),
        )
        found = {row[0]: tuple(map(Decimal, row[1:])) for row in self.env.cr.fetchall()}
        return {order: sums for order, sums in found.items() if any(sums)}

    def test_g5_any_arrival_posts_what_the_clean_stream_posts(self):
        @REPEATABLE
        @given(st.data())
        def check(data):
            events = data.draw(streams())

            clean = self.posted([(events, False, False)])

            self.assertEqual(self.posted(data.draw(arrivals(events))), clean)

        check()

    def test_g9_the_rule_in_sql_is_the_rule_in_python(self):
        numbers = st.integers(0, 2000).map(lambda n: Decimal(n) / 10)
        rule = increment_sql("reading", "previous")

        @settings(REPEATABLE, max_examples=200)
        @given(
            st.none() | numbers,
            numbers,
            st.none() | numbers.filter(bool),
            st.integers(1, 2),
        )
        def check(before, total, rollover_at, boot):
            self.env.cr.execute(
                f"""
                SELECT ({rule})::text
                  FROM (SELECT %s::numeric AS value, %s::numeric AS rollover_at,
                               %s AS boot) reading,
                       (SELECT %s::numeric AS value, 1 AS boot) previous
                """,
                (total, rollover_at, boot, before),
            )
            [(in_sql,)] = self.env.cr.fetchall()
            moment = datetime(2026, 3, 2)
            first = None
            if before is not None:
                first = Reading(Place(1, 1, moment, 1), before)
            second = Reading(Place(boot, 2, moment, 2), total, rollover_at)

            self.assertEqual(Decimal(in_sql), increment(first, second))

        check()

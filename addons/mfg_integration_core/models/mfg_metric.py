import time
from collections import defaultdict

from odoo import api, models
from odoo.tools import sql

from ..protocols import sweep
from ..protocols.prometheus import Family
from ..unit_of_work import read_committed
from .mfg_lane import OPEN_STATES, QUEUES

#: Upper bounds in seconds of the histogram of delivery times.
LATENCY_BOUNDS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 60.0, 600.0, 3600.0, 86400.0)
#: States in which something is still to be done about a row, by direction.
PENDING_STATES = {
    "in": OPEN_STATES["in"],
    "out": (*OPEN_STATES["out"], "held"),
}
DEAD = "dead"


class MfgMetric(models.AbstractModel):
    """What the metrics count, at a cost that does not grow with the tables.

    Whoever ends an attempt adds a sample, in the same transaction: an insert, so that
    nobody waits for anybody. The sweeper folds the samples into counters. Both tables
    are UNLOGGED: after a crash of the database the counters begin anew, which
    Prometheus understands. What is pending now is counted by way of the indexes on the
    states, whose cost is that of the backlog.
    """

    _name = "mfg.metric"
    _description = "Metrics"

    def init(self):
        cr = self.env.cr
        if not sql.table_exists(cr, "mfg_metric_sample"):
            cr.execute(
                """
                CREATE UNLOGGED TABLE mfg_metric_sample (
                    connector_id integer NOT NULL,
                    direction varchar NOT NULL,
                    event_type varchar NOT NULL,
                    outcome varchar NOT NULL,
                    seconds double precision)
                """
            )
        if not sql.table_exists(cr, "mfg_metric_counter"):
            cr.execute(
                """
                CREATE UNLOGGED TABLE mfg_metric_counter (
                    connector_id integer NOT NULL,
                    direction varchar NOT NULL,
                    name varchar NOT NULL,
                    label varchar NOT NULL,
                    value double precision NOT NULL,
                    PRIMARY KEY (connector_id, direction, name, label))
                """
            )

    # ------------------------------------------------------------- collecting

    @api.model
    def _sample(self, cr, attempt_ids):
        """Remember how attempts ended, on the cursor that writes it."""
        cr.execute(
            """
            INSERT INTO mfg_metric_sample
                   (connector_id, direction, event_type, outcome, seconds)
            SELECT item.connector_id, item.direction, COALESCE(item.event_type, ''),
                   attempt.outcome,
                   CASE WHEN attempt.outcome = 'succeeded' THEN
                        extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC'
                                           - item.create_date) END
              FROM mfg_delivery_attempt attempt
             CROSS JOIN LATERAL (
                SELECT connector_id, 'out' AS direction, event_type, create_date
                  FROM mfg_outbox_message WHERE id = attempt.message_id
                 UNION ALL
                SELECT connector_id, 'in', event_type, create_date
                  FROM mfg_inbox_event WHERE id = attempt.event_id) item
             WHERE attempt.id = ANY(%s)
            """,
            (list(attempt_ids),),
        )

    @api.model
    def _fold(self):
        """Add the samples to the counters; no sample is counted twice."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                "DELETE FROM mfg_metric_sample"
                " RETURNING connector_id, direction, event_type, outcome, seconds"
            )
            samples = cr.fetchall()
            if samples:
                self._add(cr, _counted(samples))
                self.env["mfg.flow"]._add(cr, samples)

    @api.model
    def _add(self, cr, counts):
        """Add ``{(connector id, direction, name, label): number}`` to the counters."""
        # In one order, so that two that add at the same time do not lock each other.
        for key in sorted(counts):
            cr.execute(
                """
                INSERT INTO mfg_metric_counter
                       (connector_id, direction, name, label, value)
                VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (connector_id, direction, name, label)
                DO UPDATE SET value = mfg_metric_counter.value + excluded.value
                """,
                (*key, counts[key]),
            )

    @api.model
    def _backlog(self):
        """What is not done: one row per connector, direction, type and state.

        :return: ``[(connector id, direction, event type, state, count, oldest, oldest
            that is due)]``; moments are epoch seconds, the last one may be None
        """
        found = []
        for direction, queue in QUEUES.items():
            self.env.cr.execute(
                f"""
                SELECT item.connector_id, %(direction)s,
                       COALESCE(item.event_type, ''), item.state, count(*),
                       {_epoch("min(item.create_date)")},
                       {
                    _epoch('''min(item.create_date) FILTER (
                            WHERE item.state IN %(open)s
                              AND (lane.id IS NULL OR NOT lane.parked
                                   AND (lane.next_at IS NULL OR lane.next_at
                                        <= now() AT TIME ZONE 'UTC')))''')
                }
                  FROM {queue} item
                  LEFT JOIN mfg_lane lane ON lane.id = item.lane_id
                 WHERE item.state IN %(states)s
                 GROUP BY item.connector_id, item.event_type, item.state
                """,
                {
                    "direction": direction,
                    "open": OPEN_STATES[direction],
                    "states": (*PENDING_STATES[direction], DEAD),
                },
            )
            found += self.env.cr.fetchall()
        return found

    # --------------------------------------------------------------- families

    @api.model
    def _families(self):
        """All metrics, as :class:`..protocols.prometheus.Family`."""
        connectors = self.env["mfg.connector"].with_context(active_test=False)
        codes = {found.id: found.code for found in connectors.search([])}
        return [
            *self._families_of_backlog(codes),
            *self._families_of_attempts(codes),
            self._family_of_doors(),
            *self._families_of_hearts(),
            *self._families_of_flows(),
            self._family_of_breakers(codes),
        ]

    @api.model
    def _families_of_backlog(self, codes):
        pending = Family("mfg_pending", "gauge", "Rows that are not done, by state.")
        dead = Family("mfg_dead_letters", "gauge", "Rows that were given up.")
        due = Family(
            "mfg_oldest_due_age_seconds",
            "gauge",
            "Age of the oldest row that could be worked on now.",
        )
        counts, oldest = defaultdict(int), {}
        for (
            connector,
            direction,
            _type,
            state,
            count,
            _oldest,
            due_at,
        ) in self._backlog():
            counts[connector, direction, state] += count
            if due_at is not None:
                key = connector, direction
                oldest[key] = min(due_at, oldest.get(key, due_at))
        for (connector, direction, state), count in sorted(counts.items()):
            labels = {"connector": codes[connector], "direction": direction}
            if state == DEAD:
                dead.add(count, **labels)
            else:
                pending.add(count, **labels, state=state)
        for (connector, direction), moment in sorted(oldest.items()):
            age = max(0.0, time.time() - moment)
            due.add(age, connector=codes[connector], direction=direction)
        return pending, dead, due

    @api.model
    def _families_of_attempts(self, codes):
        attempts = Family("mfg_attempts_total", "counter", "Tries, by how they ended.")
        latency = Family(
            "mfg_delivery_latency_seconds",
            "histogram",
            "From the moment a row was written to its success.",
        )
        self.env.cr.execute(
            "SELECT connector_id, direction, name, label, value"
            " FROM mfg_metric_counter ORDER BY 1, 2, 3, 4"
        )
        by_connector = defaultdict(dict)
        for connector, direction, name, label, value in self.env.cr.fetchall():
            if connector in codes:
                by_connector[connector, direction][name, label] = value
        for (connector, direction), values in by_connector.items():
            labels = {"connector": codes[connector], "direction": direction}
            for (name, label), value in values.items():
                if name == "attempts":
                    attempts.add(value, **labels, outcome=label)
            latency.add_histogram(
                {
                    bound: values.get(("latency_bucket", repr(bound)), 0)
                    for bound in LATENCY_BOUNDS_S
                },
                count=values.get(("latency_count", ""), 0),
                total=values.get(("latency_sum", ""), 0),
                **labels,
            )
        return attempts, latency

    @api.model
    def _family_of_doors(self):
        answers = Family("mfg_door_answers_total", "counter", "Answers of the doors.")
        self.env.cr.execute(
            """
            SELECT connector_code, status, code, sum(count)::float
              FROM mfg_door_counter GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        )
        for connector, status, code, count in self.env.cr.fetchall():
            answers.add(count, connector=connector, status=str(status), code=code)
        return answers

    @api.model
    def _families_of_hearts(self):
        alive = Family("mfg_alive", "gauge", "1 = this part of the hub works.")
        age = Family(
            "mfg_heartbeat_age_seconds", "gauge", "Since its last sign of life."
        )
        sweeper = self.env["mfg.sweeper"]
        alive.add(sweeper._runner_state() == sweep.ALIVE, part="runner")
        alive.add(sweeper._sweeper_is_alive(), part="sweeper")
        self.env.cr.execute(
            """
            SELECT name,
                   extract(epoch FROM now() - beat_at AT TIME ZONE 'UTC')::float
              FROM mfg_heartbeat
             WHERE name IN ('runner', 'sweeper') ORDER BY name
            """
        )
        for part, seconds in self.env.cr.fetchall():
            age.add(max(0.0, seconds), part=part)
        return alive, age

    @api.model
    def _families_of_flows(self):
        age = Family(
            "mfg_flow_oldest_pending_age_seconds",
            "gauge",
            "Age of the oldest row of the flow that is not done; 0 = none.",
        )
        in_time = Family(
            "mfg_flow_in_time_ratio",
            "gauge",
            "Share that was done within the flow's target in the last 24 hours.",
        )
        for flow in self.env["mfg.flow"].search([]):
            labels = {
                "connector": flow.connector_id.code,
                "direction": flow.direction,
                "event_type": flow.event_type or "",
            }
            age.add(flow.oldest_pending_age_s, **labels)
            if flow.handled_count:
                in_time.add(flow.in_time_count / flow.handled_count, **labels)
        return age, in_time

    @api.model
    def _family_of_breakers(self, codes):
        breakers = Family("mfg_breaker_state", "gauge", "1 = the breaker is so.")
        for breaker in self.env["mfg.breaker"].search([]):
            for state, _label in breaker._fields["state"].selection:
                connector = codes[breaker.connector_id.id]
                breakers.add(breaker.state == state, connector=connector, state=state)
        return breakers


def _epoch(moment: str) -> str:
    """SQL for a naive UTC moment as epoch seconds."""
    return f"extract(epoch FROM {moment} AT TIME ZONE 'UTC')::float"


def _counted(samples):
    """What samples add to the counters, buckets cumulative as Prometheus has them."""
    counts = defaultdict(float)
    for connector, direction, _type, outcome, seconds in samples:
        counts[connector, direction, "attempts", outcome] += 1
        if seconds is None:
            continue
        counts[connector, direction, "latency_count", ""] += 1
        counts[connector, direction, "latency_sum", ""] += max(0.0, seconds)
        for bound in LATENCY_BOUNDS_S:
            if seconds <= bound:
                counts[connector, direction, "latency_bucket", repr(bound)] += 1
    return counts

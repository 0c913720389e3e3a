import uuid
from dataclasses import dataclass
from datetime import datetime, timezone

from odoo import models

from ..exceptions import LeaseLostError
from ..protocols import breaker
from ..protocols.poll_run import Run
from ..protocols.template_poll import SourcePlan
from ..unit_of_work import read_committed
from .mfg_connector_polling import OPEN_SOURCES

#: Beyond the time limits of an exchange, log-in included, to store what it brought.
LEASE_MARGIN_S = 15.0
_NOW = "(now() AT TIME ZONE 'UTC')"


@dataclass(frozen=True)
class Turn:
    """The right to read one source until its lease runs out, and where it is.

    Moments are in UTC, with their zone.
    """

    source_id: int
    token: str
    lease_s: float
    plan: SourcePlan
    run: Run
    watermark: datetime | None
    since: datetime | None
    baseline: bool
    gone_allowed: bool
    failures: int
    every_s: int


class MfgSourceWorker(models.AbstractModel):
    """Reads due sources page by page, one worker per source at a time.

    A worker owns a source by a lease, as it does a lane: committed before the partner
    is asked, and whatever is written depends on it.
    """

    _name = "mfg.source.worker"
    _description = "Source Worker"

    def _claim(self, connector):
        """Lease the source that is due longest; None when none is."""
        template = connector._get_template()
        lease_s = template.longest_exchange_s + LEASE_MARGIN_S
        token = uuid.uuid4().hex
        with read_committed(self.env.registry) as cr:
            wait_until = self._breaker_pause(cr, connector)
            cr.execute(
                f"""
                UPDATE mfg_source
                   SET lease_token = %(token)s, polled_at = {_NOW},
                       lease_until = {_NOW} + make_interval(secs => %(lease_s)s)
                 WHERE id = (
                       SELECT id FROM mfg_source
                        WHERE {OPEN_SOURCES} AND name = ANY(%(names)s)
                          AND (lease_until IS NULL OR lease_until < {_NOW})
                          AND (next_at IS NULL OR next_at <= {_NOW})
                        ORDER BY next_at NULLS FIRST
                        LIMIT 1
                          FOR UPDATE SKIP LOCKED)
                RETURNING id, name, every_s, position, fresh, start, watermark,
                          since, baseline, COALESCE(failures, 0) AS failures,
                          COALESCE(gone_allowed, FALSE) AS gone_allowed,
                          COALESCE(pass_number, 0) AS pass_number, {_NOW} AS now
                """,
                {
                    "connector": connector.id,
                    "token": token,
                    "lease_s": lease_s,
                    "names": list(template.sources),
                },
            )
            row = cr.dictfetchone()
            if row is None:
                return None
            if wait_until is not None:
                self._put_off(cr, row["id"], wait_until)
                return None
            return self._turn(cr, row, template.source(row["name"]), token, lease_s)

    def _turn(self, cr, row, plan, token, lease_s):
        """The turn of a row as it was leased; begins a poll where none is under way."""
        if row["fresh"]:
            row |= self._apply_start(cr, row, plan)
        position = row["position"]
        if position:
            run = Run.from_json(position)
        else:
            run = Run(row["pass_number"] + 1, plan.paging.first())
        return Turn(
            source_id=row["id"],
            token=token,
            lease_s=lease_s,
            plan=plan,
            run=run,
            watermark=aware(row["watermark"]),
            since=aware(row["since"]),
            baseline=bool(row["baseline"]),
            gone_allowed=row["gone_allowed"],
            failures=row["failures"],
            every_s=row["every_s"],
        )

    def _apply_start(self, cr, row, plan):
        """What the first poll after a (new) start takes; the columns that it sets."""
        from_now, now = row["start"] == "now", row["now"]
        since = {"now": now, "date": row["since"]}.get(row["start"])
        values = {
            "fresh": False,
            # A full list need not tell when an item changed: all of it is noted.
            "baseline": from_now and plan.full,
            "since": None if plan.full and from_now else since,
            "watermark": None if plan.full or not from_now else now,
        }
        update_source(cr, row["id"], values)
        return values

    def _breaker_pause(self, cr, connector):
        """Until when the breaker keeps the partner from being called, or None."""
        view, _version, now = self.env["mfg.breaker"]._view(cr, connector.id)
        verdict = breaker.decide(view, now)
        if isinstance(verdict, breaker.Refuse):
            return datetime.fromtimestamp(verdict.until, timezone.utc)
        return None

    def _put_off(self, cr, source_id, until):
        values = {"lease_token": None, "lease_until": None, "next_at": naive(until)}
        update_source(cr, source_id, values)

    def _give_back(self, turn):
        """Let the source wait for its next turn, which is due at once."""
        with read_committed(self.env.registry) as cr:
            self._assert_leased(cr, turn)
            update_source(
                cr, turn.source_id, {"lease_token": None, "lease_until": None}
            )

    def _assert_leased(self, cr, turn):
        """Lock the source until ``cr`` commits; the moment, in UTC.

        :raise LeaseLostError: somebody else has it, or it was told to start over
        """
        cr.execute(
            """
            SELECT clock_timestamp() AT TIME ZONE 'UTC'
              FROM mfg_source
             WHERE id = %s AND lease_token = %s
               FOR UPDATE
            """,
            (turn.source_id, turn.token),
        )
        found = cr.fetchone()
        if not found:
            raise LeaseLostError(
                f"Source {turn.source_id} was taken over or told to start over; what"
                " this worker read is dropped."
            )
        return aware(found[0])


def update_source(cr, source_id, values):
    """Set columns of a source; their names are the worker's own, never a user's."""
    columns = ", ".join(f"{name} = %({name})s" for name in values)
    cr.execute(
        f"UPDATE mfg_source SET {columns} WHERE id = %(source_id)s",
        {**values, "source_id": source_id},
    )


def aware(moment: datetime | None) -> datetime | None:
    """A moment of the database, with its zone."""
    return moment and moment.replace(tzinfo=timezone.utc)


def naive(moment: datetime | None) -> datetime | None:
    """A moment as the database keeps it."""
    return moment and moment.astimezone(timezone.utc).replace(tzinfo=None)

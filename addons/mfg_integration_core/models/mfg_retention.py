import logging
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from odoo import SUPERUSER_ID, _, api, models
from odoo.tools import human_size

from ..unit_of_work import run_in_transaction
from .mfg_lane import FINAL_STATES

_logger = logging.getLogger(__name__)

#: Rows that one transaction removes.
CHUNK_ROWS = 1000
#: A run of the cron ends after this time and goes on in the next one.
BUDGET_S = 240.0
#: Settings of how many days bodies and whole rows are kept.
SETTINGS = ("retention.bodies_days", "retention.rows_days")
#: Notes of the hub itself are kept this long.
NOTES_DAYS = 90

BODIES = "bodies"
ROWS = "rows"
#: Bodies go first; what is so old that its whole row goes comes second.
STEPS = (BODIES, ROWS)


@dataclass(frozen=True)
class Store:
    """Where the rows of one direction lie and which of their columns are bodies."""

    model: str
    table: str
    attempt_column: str
    finished_column: str
    bodies: tuple[str, ...]
    final_states: tuple[str, ...]


STORES = {
    "in": Store(
        "mfg.inbox.event",
        "mfg_inbox_event",
        "event_id",
        "processed_at",
        ("body", "headers", "payload"),
        FINAL_STATES["in"],
    ),
    "out": Store(
        "mfg.outbox.message",
        "mfg_outbox_message",
        "message_id",
        "delivered_at",
        ("snapshot",),
        FINAL_STATES["out"],
    ),
}
ATTEMPT_BODIES = ("request_body", "response_body")
#: Before every row that there is.
BEGINNING = (datetime.min, 0)


class MfgRetention(models.AbstractModel):
    """Removes what was kept long enough: bodies first, whole rows later.

    How long is said per event type, else by the settings of the plant. The time counts
    from the last change of a row. What is not in a final state, and what an open case
    tells about, stays however old it is.
    """

    _name = "mfg.retention"
    _description = "Retention"

    # --------------------------------------------------------------- how long

    @api.model
    def _default_days(self):
        """Days that bodies and headers are kept by default; 0 = for ever."""
        settings = self.env["mfg.setting"]
        return tuple(settings._get(key) for key in SETTINGS)

    @api.model
    def _set_default_days(self, bodies, headers):
        """Keep bodies and headers so many days by default; 0 = for ever."""
        everywhere = self.env["res.company"]
        for key, days in zip(SETTINGS, (bodies, headers), strict=True):
            if days != self.env["mfg.setting"]._get(key):
                self.env["mfg.setting"]._change(key, everywhere, days)

    @api.model
    def _own_days(self):
        """``(level, id, bodies, headers)`` of companies and plants that say their own.

        What they leave to others is None.
        """
        own = self.env["mfg.setting.value"]._own()
        bodies, headers = (own.get(key, {}) for key in SETTINGS)
        places = sorted({*bodies, *headers} - {("global", 0)})
        return [
            (level, place, bodies.get((level, place)), headers.get((level, place)))
            for level, place in places
        ]

    # ---------------------------------------------------------------- the cron

    @api.model
    def _cron_apply(self):
        """Remove what is due, in small transactions, until none is or time is up.

        The cursor of the cron is never committed; every chunk has one of its own.
        """
        deadline = time.monotonic() + BUDGET_S
        gone = defaultdict(Counter)
        complete = all(
            self._apply(step, direction, deadline, gone[step, direction])
            for step in STEPS
            for direction in STORES
        )
        for (step, direction), counts in gone.items():
            self._tell(step, direction, counts)
        self._forget_old_notes()
        if not complete:
            self.env.ref("mfg_integration_core.ir_cron_retention").sudo()._trigger()

    @api.model
    def _apply(self, step, direction, deadline, counts):
        """Carry out one step; whether all of it was done before the deadline.

        :param counts: rows removed by event type, added up here
        """
        after = BEGINNING
        while after is not None:
            if time.monotonic() >= deadline:
                return False
            after, removed = self._apply_chunk(step, direction, after)
            counts.update(removed)
        return True

    @api.model
    def _apply_chunk(self, step, direction, after):
        """Remove one chunk in a transaction of its own.

        :param after: ``(create_date, id)`` of the last row that was looked at
        :return: the same of this chunk, None when it was the last, and how many rows
            of which event type it removed
        """
        store = STORES[direction]

        def remove(env):
            columns = "item.create_date, item.id, item.event_type"
            query, parameters = env["mfg.retention"]._due(step, store, columns)
            env.cr.execute(
                f"""
                {query}
                   AND (item.create_date, item.id) > (%(at)s::timestamp, %(id)s)
                 ORDER BY item.create_date, item.id
                 LIMIT %(rows)s
                   FOR UPDATE OF item SKIP LOCKED
                """,
                {**parameters, "at": after[0], "id": after[1], "rows": CHUNK_ROWS},
            )
            found = env.cr.fetchall()
            ids = [row_id for _at, row_id, _type in found]
            if ids:
                env["mfg.retention"]._remove(step, store, ids)
            return found

        found = run_in_transaction(self.env.registry, remove, uid=SUPERUSER_ID)
        removed = Counter(event_type for _at, _id, event_type in found)
        last = found[-1][:2] if len(found) == CHUNK_ROWS else None
        return last, removed

    @api.model
    def _remove(self, step, store, ids):
        """Remove the bodies of rows, or the rows with all that hangs on them."""
        rows = self.env[store.model].browse(ids)
        attempts = self.env["mfg.delivery.attempt"].search(
            [(store.attempt_column, "in", ids)]
        )
        if step == ROWS:
            # By the ORM, which also takes attachments out of the filestore.
            attempts.unlink()
            rows.unlink()
            return
        self._empty(store.table, store.bodies, ids)
        self._empty("mfg_delivery_attempt", ATTEMPT_BODIES, attempts.ids)
        self.env.cr.execute(
            f"""
            UPDATE {store.table} SET bodies_removed_at = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s)
            """,
            (ids,),
        )
        for records in (rows, attempts):
            self._attachments(records).unlink()
        if store.model == "mfg.inbox.event":
            # What people corrected says the same once more.
            rows.version_ids.unlink()

    @api.model
    def _empty(self, table, columns, ids):
        assignments = ", ".join(f"{column} = NULL" for column in columns)
        self.env.cr.execute(
            f"UPDATE {table} SET {assignments} WHERE id = ANY(%s)", (ids,)
        )

    @api.model
    def _attachments(self, records):
        """The files of the records, those behind binary fields included."""
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                # Naming the id has Odoo search the files behind fields as well.
                ("id", ">", 0),
            ]
        )

    @api.model
    def _tell(self, step, direction, counts):
        """Say in the hub's notes and in the server's log what went."""
        for event_type, count in sorted(counts.items()):
            values = {"count": count, "event_type": event_type}
            if step == BODIES:
                text = _("Retention: bodies of %(count)s %(event_type)s", **values)
            else:
                text = _("Retention: %(count)s whole rows of %(event_type)s", **values)
            self.env["mfg.hub.note"]._note("removed", text)
            _logger.info(
                "Retention: %s of %s rows of %s (%s) removed",
                step,
                count,
                event_type,
                direction,
            )

    @api.model
    def _forget_old_notes(self):
        self.env.cr.execute(
            """
            DELETE FROM mfg_hub_note
             WHERE create_date
                   < now() AT TIME ZONE 'UTC' - make_interval(days => %s)
            """,
            (NOTES_DAYS,),
        )

    # ------------------------------------------------------------- what is due

    @api.model
    def _due(self, step, store, columns):
        """A query of the rows that a step removes, to be continued with AND.

        :param columns: SQL of what to select; the row is ``item``
        :return: SQL and its parameters
        """
        types = (
            self.env["mfg.event.type"]
            .with_context(active_test=False)
            .search([("has_own_retention", "=", True)])
        )
        bodies, headers = self._default_days()
        places = self._own_days()
        finished = (
            f"GREATEST(item.create_date, item.write_date, item.{store.finished_column})"
        )
        is_row_due = f"""(
            keep.headers_days > 0 AND {finished}
            < now() AT TIME ZONE 'UTC' - make_interval(days => keep.headers_days))"""
        is_body_due = f"""(
            item.bodies_removed_at IS NULL
            AND keep.bodies_days > 0 AND {finished}
            < now() AT TIME ZONE 'UTC' - make_interval(days => keep.bodies_days)
            AND NOT {is_row_due})"""
        days = [bodies, headers, *types.mapped("keep_bodies_days")]
        days += types.mapped("keep_headers_days")
        days += [day for _level, _id, *own in places for day in own if day is not None]
        query = f"""
            SELECT {columns}
              FROM {store.table} item
              LEFT JOIN unnest(%(types)s::varchar[], %(bodies)s::int[],
                               %(headers)s::int[])
                     AS own (event_type, bodies_days, headers_days)
                     ON own.event_type = item.event_type
              LEFT JOIN unnest(%(levels)s::varchar[], %(places)s::int[],
                               %(place_bodies)s::int[], %(place_headers)s::int[])
                     AS plant (level, id, bodies_days, headers_days)
                     ON plant.level = 'plant' AND plant.id = item.plant_id
              LEFT JOIN unnest(%(levels)s::varchar[], %(places)s::int[],
                               %(place_bodies)s::int[], %(place_headers)s::int[])
                     AS company (level, id, bodies_days, headers_days)
                     ON company.level = 'company' AND company.id = item.company_id
             CROSS JOIN LATERAL (
                SELECT COALESCE(own.bodies_days, plant.bodies_days,
                                company.bodies_days, %(default_bodies)s)
                           AS bodies_days,
                       COALESCE(own.headers_days, plant.headers_days,
                                company.headers_days, %(default_headers)s)
                           AS headers_days
             ) keep
             WHERE item.state IN %(final_states)s
               AND item.create_date
                   < now() AT TIME ZONE 'UTC' - make_interval(days => %(shortest)s)
               AND {is_row_due if step == ROWS else is_body_due}
               AND NOT EXISTS (
                    SELECT 1 FROM mfg_case
                     WHERE mfg_case.correlation_id = item.correlation_id
                       AND mfg_case.state = 'open')"""
        return query, {
            "types": types.mapped("name"),
            "bodies": types.mapped("keep_bodies_days"),
            "headers": types.mapped("keep_headers_days"),
            "levels": [level for level, *_rest in places],
            "places": [place for _level, place, *_rest in places],
            "place_bodies": [bodies for *_place, bodies, _headers in places],
            "place_headers": [headers for *_place, headers in places],
            "default_bodies": bodies,
            "default_headers": headers,
            "final_states": store.final_states,
            # Nothing younger can be due: it keeps the scan in the old end of the index.
            "shortest": min((day for day in days if day > 0), default=0),
        }

    # ----------------------------------------------------------------- preview

    @api.model
    def _preview(self):
        """What the next run would remove.

        :return: one ``{"direction", "event_type", "step", "count", "bytes",
            "oldest_at"}`` per direction, type and step, the largest first; bytes are
            those that lie on the disk
        """
        found = []
        for step in STEPS:
            for direction, store in STORES.items():
                found += self._preview_of(step, direction, store)
        return sorted(found, key=lambda line: line["bytes"], reverse=True)

    @api.model
    def _preview_of(self, step, direction, store):
        attempt_size = "pg_column_size(attempt.*)"
        row_size = "pg_column_size(item.*)"
        if step == BODIES:
            attempt_size = _size_of("attempt", ATTEMPT_BODIES)
            row_size = _size_of("item", store.bodies)
        query, parameters = self._due(
            step,
            store,
            f"""
            item.event_type, count(*), min(item.create_date),
            sum({row_size}
                + (SELECT COALESCE(sum({attempt_size} + {_FILES_OF_ATTEMPT}), 0)
                     FROM mfg_delivery_attempt attempt
                    WHERE attempt.{store.attempt_column} = item.id)
                + (SELECT COALESCE(sum(file_size), 0) FROM ir_attachment
                    WHERE res_model = %(model)s AND res_id = item.id))
            """,
        )
        self.env.cr.execute(
            f"{query} GROUP BY item.event_type", {**parameters, "model": store.model}
        )
        return [
            {
                "direction": direction,
                "event_type": event_type,
                "step": step,
                "count": count,
                "bytes": int(size),
                "oldest_at": oldest_at,
            }
            for event_type, count, oldest_at, size in self.env.cr.fetchall()
        ]

    @api.model
    def _readable_size(self, size):
        """Bytes as people say them, such as ``3.20 Mb``."""
        return human_size(size) or _("nothing")


_FILES_OF_ATTEMPT = """(
    SELECT COALESCE(sum(file_size), 0) FROM ir_attachment
     WHERE res_model = 'mfg.delivery.attempt' AND res_id = attempt.id)"""


def _size_of(alias: str, columns: tuple[str, ...]) -> str:
    """SQL of the bytes that columns take, nothing for those that are empty."""
    return " + ".join(
        f"COALESCE(pg_column_size({alias}.{column}), 0)" for column in columns
    )

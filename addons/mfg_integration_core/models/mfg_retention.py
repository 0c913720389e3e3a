import logging
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from odoo import SUPERUSER_ID, _, api, models

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

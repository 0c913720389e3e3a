"""The rows behind the edge door: many of them made at once, taken out, copied back."""

import io

from . import postgres
from .stage import Stage

TABLE = "mfg_edge_event"
IDS = "mfg_edge_event_digest"
BATCHES = "mfg_edge_batch"
#: Of the rows that are made: each machine has counted its events.
MACHINES = 100
EVENTS_PER_BATCH = 5000
ITEM_BITS = 16


class Rows:
    """Rows of one stage, told from those that were there before."""

    def __init__(self, stage: Stage):
        self._stage = stage
        self._before = stage.value(f"SELECT COALESCE(max(id), 0) FROM {BATCHES}")
        self._after = self._before

    def store(self, count: int) -> None:
        """Have so many events stored, as the door and the aggregation leave them."""
        if not count:
            return
        self._stage.sql(
            f"""
            WITH made AS (
                INSERT INTO {BATCHES}
                       (id, uuid, connector_id, received_at, state, position,
                        accepted_count, duplicate_count, conflict_count, invalid_count)
                SELECT nextval('{BATCHES}_id_seq'), gen_random_uuid(), connector.id,
                       now() AT TIME ZONE 'UTC', 'aggregated', 1000000000 + place,
                       %(each)s, 0, 0, 0
                  FROM mfg_connector connector,
                       generate_series(1, %(batches)s) AS place
                 WHERE connector.code = 'assembly-edge'
                RETURNING id, connector_id, received_at,
                          position - 1000000001 AS place),
            event AS (
                SELECT (made.id::bigint << {ITEM_BITS}) + item AS id,
                       made.id AS batch_id, made.connector_id, made.received_at,
                       'stored-' || item %% {MACHINES} AS machine,
                       (made.place * %(each)s + item) / {MACHINES} AS number
                  FROM made, generate_series(0, %(each)s - 1) AS item),
            named AS (
                SELECT *, (substr(md5(machine), 1, 24)
                           || lpad(number::text, 8, '0'))::uuid AS uuid
                  FROM event),
            known AS (
                INSERT INTO {IDS} (uuid, event_row_id) SELECT uuid, id FROM named)
            INSERT INTO {TABLE}
                   (id, received_at, uuid, connector_id, batch_id, event_id, event_type,
                    source, equipment, historical, good_quantity, scrap_quantity,
                    envelope)
            SELECT id, received_at, uuid, connector_id, batch_id,
                   machine || '-' || number, 'mfg.machine.count.v1', 'urn:plant:bench',
                   machine, false, 1, 0,
                   jsonb_build_object('id', machine || '-' || number, 'data',
                                      jsonb_build_object('equipment', machine))
              FROM named
            """,
            batches=count // EVENTS_PER_BATCH,
            each=EVENTS_PER_BATCH,
        )
        for table in (TABLE, IDS, BATCHES):
            self._stage.sql(f"ANALYZE {table}")
        # What filling owes the disk is not what is measured.
        self._stage.sql("CHECKPOINT")
        self._after = self._stage.value(f"SELECT max(id) FROM {BATCHES}")

    def take(self, size: int) -> list[bytes]:
        """The newer rows as COPY reads them, in pieces; they are removed."""
        buffer = io.BytesIO()
        first = (self._after + 1) << ITEM_BITS
        connection = postgres.connect(self._stage.database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.copy_expert(
                    f"COPY (SELECT * FROM {TABLE} WHERE id >= {first} ORDER BY id)"
                    " TO STDOUT",
                    buffer,
                )
                cursor.execute(f"DELETE FROM {TABLE} WHERE id >= {first}")
        finally:
            connection.close()
        lines = buffer.getvalue().splitlines(keepends=True)
        return [
            b"".join(lines[start : start + size])
            for start in range(0, len(lines), size)
        ]

    def copy(self, piece: bytes) -> None:
        """COPY a piece back, on a connection of its own."""
        connection = postgres.connect(self._stage.database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.copy_expert(f"COPY {TABLE} FROM STDIN", io.BytesIO(piece))
        finally:
            connection.close()

    def forget(self) -> None:
        """Remove all that was stored since the beginning."""
        first = (self._before + 1) << ITEM_BITS
        self._stage.sql(f"DELETE FROM {TABLE} WHERE id >= %s", first)
        self._stage.sql(f"DELETE FROM {IDS} WHERE event_row_id >= %s", first)
        self._stage.sql(f"DELETE FROM {BATCHES} WHERE id > %s", self._before)
        for table in (TABLE, IDS):
            self._stage.sql(f"VACUUM {table}")

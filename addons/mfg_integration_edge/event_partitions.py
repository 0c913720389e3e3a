"""The days of the raw event table: made ahead, dropped when they are old.

A day is one partition of ``mfg_edge_event``. There is no default partition: rows
in it would have to be moved under an exclusive lock before their day could be
made. A day that nobody made in advance is made by the request that needs it.
"""

from datetime import date, timedelta

from psycopg2 import sql

PARENT = "mfg_edge_event"
PREFIX = f"{PARENT}_p"
#: Serialises those who make or drop a day; any constant that nobody else uses.
LOCK_KEY = 0x6D66_6765_6467_65


def name_of(day: date) -> str:
    """Table name of a day's partition."""
    return f"{PREFIX}{day:%Y%m%d}"


def day_of(name: str) -> date:
    """The day whose partition has this table name."""
    digits = name.removeprefix(PREFIX)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def ensure(cr, day: date) -> bool:
    """Make sure that events of ``day`` have a place; True when it was made now.

    Costs one look at the catalog when it exists. Otherwise it is made within the
    caller's transaction; others who need the same day wait for that one.
    """
    if _exists(cr, day):
        return False
    cr.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
    if _exists(cr, day):
        return False
    # Made aside and attached: ATTACH lets inserts into other days go on, while
    # CREATE ... PARTITION OF would lock the whole table against them.
    name = sql.Identifier(name_of(day))
    parent = sql.Identifier(PARENT)
    cr.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, parent))
    cr.execute(
        sql.SQL(
            "ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})"
        ).format(
            parent,
            name,
            sql.Literal(day.isoformat()),
            sql.Literal((day + timedelta(days=1)).isoformat()),
        )
    )
    return True


def days(cr) -> list[date]:
    """The days that have a partition, oldest first."""
    cr.execute(
        """
        SELECT child.relname
          FROM pg_inherits link
          JOIN pg_class child ON child.oid = link.inhrelid
         WHERE link.inhparent = to_regclass(%s)
         ORDER BY child.relname
        """,
        (PARENT,),
    )
    return [day_of(name) for (name,) in cr.fetchall()]


def drop(cr, day: date) -> None:
    """Give up a day and all its events.

    Takes the table for an instant; when a long reader is in the way it gives up
    with a lock time-out (55P03), so that the doors don't queue up behind it.
    """
    cr.execute("SET LOCAL lock_timeout = '2s'")
    cr.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
    query = sql.SQL("DROP TABLE {}").format(sql.Identifier(name_of(day)))
    # A time-out is expected and no error for the log.
    cr.execute(query, log_exceptions=False)
    cr.execute("SET LOCAL lock_timeout = DEFAULT")


def _exists(cr, day: date) -> bool:
    # Not to_regclass(): it answers from a cache that waiting for the lock above does
    # not refresh, and would deny the partition that was made meanwhile.
    cr.execute(
        """
        SELECT 1 FROM pg_class
         WHERE relname = %s AND relnamespace = current_schema()::regnamespace
        """,
        (name_of(day),),
    )
    return bool(cr.rowcount)

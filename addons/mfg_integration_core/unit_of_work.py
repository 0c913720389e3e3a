"""Every transaction that the suite opens and commits by itself.

The cursor of a request, a cron or a queue_job belongs to Odoo and is never
committed here: queue_job keeps the lock of its own row on it. Work that has to be
durable before the next step (a lease, a stored event, a delivery's result) runs on
a cursor of its own instead. Leaving the block of such a cursor commits it; no other
module of the suite opens one or calls ``commit``.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import psycopg2
from psycopg2 import errorcodes
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api
from odoo.modules.registry import Registry

_logger = logging.getLogger(__name__)

#: What PostgreSQL answers when a transaction lost against another one and the same
#: work may succeed in a new one. A savepoint cannot retry these.
CONCURRENCY_ERRORS = frozenset(
    {
        errorcodes.SERIALIZATION_FAILURE,
        errorcodes.DEADLOCK_DETECTED,
        errorcodes.LOCK_NOT_AVAILABLE,
    }
)


@contextmanager
def read_committed(registry) -> Iterator:
    """A cursor in READ COMMITTED, committed at the end, rolled back on an error.

    For single statements that must see what others have committed: claims of
    lanes, inserts at a door, counters.
    """
    with registry.cursor() as cr:
        # For the transaction that begins with its first statement; Odoo sets its own
        # level on every cursor that it opens.
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        yield cr


@contextmanager
def read_committed_in_turns(registry) -> Iterator[Callable]:
    """Blocks like :func:`read_committed` that follow each other on one connection.

    Gives ``block()``; each ``with block() as cr`` is a transaction of its own, and one
    inside another is part of it. To take a connection out of the pool and back costs as
    much as a small statement.
    """
    with ExitStack() as stack:
        opened, is_inside = [], False

        @contextmanager
        def block():
            nonlocal is_inside
            if not opened:
                opened.append(stack.enter_context(read_committed(registry)))
            (cr,) = opened
            if is_inside:
                yield cr
                return
            is_inside = True
            try:
                yield cr
            except BaseException:
                cr.rollback()
                raise
            finally:
                is_inside = False
            cr.commit()

        yield block


def see_what_others_commit(cr) -> None:
    """Have the rest of Odoo's own transaction run in READ COMMITTED.

    For the doors, which do what they do in the transaction of their request: a cursor
    of their own would cost as much as what they store. Odoo commits it, as always,
    before the answer goes out. Nothing may have been written on ``cr`` before.
    """
    # Ends the transaction of what was read so far.
    cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)


def see_what_others_forgot(cr) -> None:
    """Forget what other processes have changed of what this one keeps in memory.

    Odoo does so when a request begins. A drain goes on for many seconds, and what comes
    in meanwhile has to be handled by the maps, rules and owners of then.

    :param cr: a READ COMMITTED cursor; Odoo's own look would open another one each time
    """
    # The current one: a registry that was replaced knows of no end of it.
    registry = Registry(cr.dbname)
    if registry.get_sequences(cr) != (
        registry.registry_sequence,
        registry.cache_sequences,
    ):
        registry.check_signaling()


def let_go_of_what_was_read(cr) -> bool:
    """End a transaction of Odoo's own that has only read; whether it did.

    For work in a cron or a request that now waits for somebody outside: rows that
    others write meanwhile could not be cleaned up as long as its snapshot stands.
    Nothing is undone by it: a transaction that wrote a row or locked one goes on. The
    next statement on ``cr`` begins another one, which sees what was committed since.
    """
    cr.execute("SELECT txid_current_if_assigned() IS NULL")
    (has_only_read,) = cr.fetchone()
    if has_only_read:
        # Not the cursor's own rollback: that drops what the ORM has yet to write.
        cr.connection.rollback()
    return has_only_read


def run_in_transaction(
    registry, work: Callable, *, uid: int, context: dict | None = None, tries: int = 5
):
    """The result of ``work(env)``, run and committed in a transaction of its own.

    :param work: called with a fresh environment; called again from the start in a
        new transaction when PostgreSQL reports a concurrency error, so it must not
        have effects outside the database
    :param tries: transactions to try before the concurrency error is raised

    What is to follow the commit, such as an email, and fails is only logged: an error
    raised here would have committed work done again.
    """
    for attempt in range(1, tries + 1):
        try:
            with registry.cursor() as cr:
                # The first of what follows the commit sees to all the others.
                cr.postcommit.add(partial(_run_each, cr.postcommit))
                # Named, since 17.0 writes through an environment that lives at commit.
                env = api.Environment(cr, uid, context or {})
                return work(env)
        except psycopg2.OperationalError as error:
            if error.pgcode not in CONCURRENCY_ERRORS or attempt == tries:
                raise
            # Two losers that come back at the same instant lose again.
            time.sleep(random.uniform(0.0, 0.05 * 2**attempt))
    raise AssertionError("unreachable: the last try returns or raises")


def _run_each(callbacks):
    """Run what is left of the callbacks, whichever of them fail."""
    is_done = False
    while not is_done:
        # One that failed is off the list.
        is_done = _went_well(callbacks.run)


def after_commit(cr, do: Callable) -> None:
    """Call ``do()`` once the transaction of ``cr`` is committed.

    For what is found and done later all the same, by the sweeper or another look. That
    it failed is only logged: whose work is committed must not be told that it failed,
    since they would do it again.
    """
    cr.postcommit.add(lambda: _went_well(do))


def _went_well(follow: Callable) -> bool:
    """Do what follows a commit; whether it went well.

    Whatever it raises ends here and is in the log with its traceback: nothing can be
    undone any more, and who is told of an error does committed work again.
    """
    try:
        follow()
    except Exception:
        _logger.exception("What was to follow a commit failed; the commit stands")
        return False
    return True


def rehearse(registry, work: Callable, *, uid: int, context: dict | None = None):
    """The result of ``work(env)``, run in a transaction that is always undone.

    :param work: must not have effects outside the database
    """
    with registry.cursor() as cr:
        try:
            return work(api.Environment(cr, uid, context or {}))
        finally:
            cr.rollback()

"""Whether an item of a list is news, and the id of the event that tells it.

What is known of an item lies in the database and changes in the transaction that stores
the event, so reading the same page again tells nothing twice, and an item that changed
back to what it once was is news again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from . import rfc3339


@dataclass(frozen=True)
class Item:
    """One item as it was read.

    :param key: what the partner calls it; None when the item does not say
    :param changed_at: in UTC; None when there is none, or none that can be read
    :param digest: of what tells one version from another
    :param document: the item as JSON
    :param mark: the greatest number of its parts that an event tells; None when it has
        none, or nobody asked
    """

    key: str | None
    changed_at: datetime | None
    digest: str
    deleted: bool = False
    document: object = None
    mark: int | None = None


@dataclass(frozen=True)
class Known:
    """What is known of an item.

    :param repeat: how many versions of this ``changed_at`` came before it
    :param gone: the newest version was that it is deleted
    :param taken: some version of it became an event
    :param mark: see :class:`Item`
    """

    digest: str
    changed_at: datetime | None
    repeat: int = 0
    gone: bool = False
    taken: bool = True
    mark: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What to do about an item.

    :param is_news: it makes an event
    :param known: what is known from now on; None = not worth to be remembered
    """

    is_news: bool
    known: Known | None


def judge(
    item: Item, known: Known | None, since: datetime | None, baseline: bool = False
) -> Verdict:
    """What an item means beside what is known of it.

    :param since: items that changed before it are none of ours, unless known
    :param baseline: remember how it is, tell nothing: changes count from now on
    """
    if known is None:
        if since and item.changed_at and item.changed_at < since:
            return Verdict(False, None)
        fresh = Known(
            item.digest,
            item.changed_at,
            gone=item.deleted,
            taken=not baseline,
            mark=item.mark,
        )
        return Verdict(not baseline, fresh)
    if _is_older(item.changed_at, known.changed_at):
        return Verdict(False, known)  # An old page, or a partner's lagging replica.
    if (item.digest, item.deleted) == (known.digest, known.gone):
        later = item.changed_at or known.changed_at
        return Verdict(False, replace(known, changed_at=later))
    same_moment = item.changed_at == known.changed_at
    fresh = Known(
        item.digest,
        item.changed_at,
        known.repeat + 1 if same_moment else 0,
        item.deleted,
        taken=known.taken or not baseline,
        mark=known.mark if item.mark is None else item.mark,
    )
    return Verdict(not baseline, fresh)


def event_id(source: str, item: Item, repeat: int) -> str:
    """The id of the event that tells a version of an item, the same at every reading.

    :param source: name of the list
    :param repeat: see :class:`Known`
    """
    moment = item.changed_at and rfc3339.write(item.changed_at)
    facts = [source, item.key, moment, item.digest, item.deleted, repeat]
    return f"poll-{digest_of(facts)}"


def digest_of(value) -> str:
    """SHA-256 of a JSON value, whatever the order of its members."""
    canonical = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _is_older(moment: datetime | None, than: datetime | None) -> bool:
    return moment is not None and than is not None and moment < than

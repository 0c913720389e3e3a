"""Whether an item is news."""

from datetime import datetime, timedelta, timezone

from mfg_integration_core.protocols.poll_item import Item, digest_of, event_id, judge

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
LATER = NOON + timedelta(seconds=1)


def item(digest="a", changed_at=NOON, **values):
    return Item("WO-1", changed_at, digest, **values)


def known(*items, **options):
    """What is known after these items were read."""
    found = None
    for one in items:
        found = judge(one, found, None, **options).known
    return found


def test_first_version_is_news_and_the_same_one_again_is_not():
    assert judge(item(), None, None).is_news
    assert not judge(item(), known(item()), None).is_news


def test_later_version_is_news_and_an_older_one_is_not():
    assert judge(item("b", LATER), known(item()), None).is_news
    assert not judge(item("a", NOON), known(item("b", LATER)), None).is_news


def test_second_change_within_the_same_moment_is_news():
    first = judge(item("a"), None, None).known
    second = judge(item("b"), first, None)

    assert second.is_news
    assert event_id("x", item("a"), first.repeat) != event_id(
        "x", item("b"), second.known.repeat
    )


def test_item_that_is_again_what_it_was_is_news_under_an_id_of_its_own():
    there = item("a", None)
    back = judge(there, known(there, item("b", None)), None)

    assert back.is_news
    assert back.known.repeat == 2
    assert event_id("x", there, 0) != event_id("x", there, 2)


def test_deletion_is_news_once_and_so_is_the_return():
    gone = item("", None, deleted=True)
    deleted = known(item("a", None), gone)

    assert judge(gone, known(item("a", None)), None).is_news
    assert not judge(gone, deleted, None).is_news
    assert judge(item("a", None), deleted, None).is_news


def test_what_changed_before_the_start_is_not_taken():
    verdict = judge(item(), None, LATER)

    assert not verdict.is_news
    assert verdict.known is None
    assert judge(item("b", LATER), None, LATER).is_news


def test_baseline_remembers_and_tells_nothing():
    verdict = judge(item(), None, None, baseline=True)

    assert not verdict.is_news
    assert not verdict.known.taken
    assert judge(item("b", LATER), verdict.known, None).is_news


def test_id_of_an_event_does_not_depend_on_the_order_of_members():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})

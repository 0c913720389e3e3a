"""A poll over lists that change while they are read: nothing lost, nothing doubled."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mfg_integration_core.exceptions import RetryableDeliveryError
from mfg_integration_core.protocols import rfc3339
from mfg_integration_core.protocols.poll_item import Item, digest_of, event_id, judge
from mfg_integration_core.protocols.poll_run import (
    MAX_PASSES,
    Page,
    PollLimits,
    Run,
    after_page,
    asked_since,
    check_page,
    move,
    over_limit,
)

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
FIRST = {"offset": 0}


def page(count=1, high=None, next=None, size=10, digest="d"):
    return Page(count, size, digest, high, next)


# ------------------------------------------------------------------
# A pass
# ------------------------------------------------------------------


def test_list_of_one_page_is_complete_after_it():
    step = after_page(Run(1, FIRST), page(), 1, FIRST, stable=False, full=True)

    assert (step.run, step.moves, step.gone_before) == (None, True, 1)


def read_two_pages(news, **options):
    step = after_page(Run(7, FIRST), page(next={"offset": 1}), news, FIRST, **options)
    assert step.run.place == {"offset": 1}
    return after_page(step.run, page(count=0), 0, FIRST, **options)


def test_pass_with_news_is_followed_by_another_one():
    step = read_two_pages(1, stable=False, full=False)

    assert (step.run.number, step.run.place, step.moves) == (8, FIRST, False)


def test_pass_without_news_moves_the_watermark():
    step = read_two_pages(0, stable=False, full=False)

    assert (step.run, step.moves) == (None, True)


def test_stable_list_needs_one_pass():
    step = read_two_pages(1, stable=True, full=True)

    assert (step.run, step.moves, step.gone_before) == (None, True, 7)


def test_item_of_a_moving_list_is_gone_when_two_passes_miss_it():
    assert read_two_pages(0, stable=False, full=True).gone_before == 6


def test_list_that_never_stands_still_is_left_alone_and_the_watermark_stays():
    run = Run(1, FIRST, requests=1, news=1, passes=MAX_PASSES - 1)

    step = after_page(run, page(), 1, FIRST, stable=False, full=False)

    assert (step.run, step.moves, step.restless) == (None, False, True)


def test_run_survives_as_json():
    run = Run(3, {"cursor": "x"}, high="2026-01-01T00:00:00Z", pages=2)

    assert Run.from_json({**run.as_json(), "of_another_version": 1}) == run


def test_partner_that_repeats_its_page_or_its_cursor_is_found_out():
    with pytest.raises(RetryableDeliveryError, match="ignore"):
        check_page(Run(1, {"offset": 5}, last_page="d"), page(digest="d"))
    with pytest.raises(RetryableDeliveryError, match="ignore"):
        check_page(Run(1, {"cursor": "x"}), page(next={"cursor": "x"}))
    check_page(Run(1, FIRST, last_page="d"), page(digest="e", next={"offset": 1}))


@pytest.mark.parametrize("what", ["pages", "items", "bytes"])
def test_limit_ends_in_a_sentence_and_the_place_is_kept(what):
    limits = PollLimits(**{f"max_{what}": 10})
    run = Run(1, {"offset": 3}, pages=10, items=10, size=10)

    assert what in over_limit(run, limits)
    assert over_limit(run.rested(), limits) is None
    assert run.rested().place == {"offset": 3}


# ------------------------------------------------------------------
# The watermark
# ------------------------------------------------------------------


def test_watermark_never_moves_back_nor_into_the_future():
    noon, later = EPOCH, EPOCH + timedelta(hours=1)

    assert move(None, rfc3339.write(noon), later) == noon
    assert move(later, rfc3339.write(noon), later) == later
    assert move(noon, "2099-01-01T00:00:00Z", later) == later
    assert move(noon, None, later) == noon


def test_changes_are_asked_for_from_a_little_earlier_but_not_before_the_start():
    assert asked_since(None, None, 60) is None
    assert asked_since(None, EPOCH, 60) == EPOCH
    late = EPOCH + timedelta(seconds=90)
    assert asked_since(late, EPOCH, 60) == EPOCH + timedelta(seconds=30)
    assert asked_since(late, EPOCH, 600) == EPOCH


# ------------------------------------------------------------------
# A partner whose list changes between pages
# ------------------------------------------------------------------


class Partner:
    """Items with whole seconds as moments of change, many of them equal."""

    def __init__(self, versions, descending):
        self.clock = 100
        self.items = {f"I{n}": (moment, 0) for n, moment in enumerate(versions)}
        self.descending = descending

    def touch(self, number):
        """One item changes; the clock does not always go on meanwhile."""
        key = f"I{number % len(self.items)}"
        self.clock += number % 2
        self.items[key] = (self.clock, self.items[key][1] + 1)

    def page(self, since, offset, limit):
        wanted = [
            (moment, key, version)
            for key, (moment, version) in self.items.items()
            if since is None or moment >= since
        ]
        wanted.sort(reverse=self.descending)
        return wanted[offset : offset + limit]


class Hub:
    """Reads as the worker does: judge, store, go on."""

    def __init__(self):
        self.known, self.events, self.ids = {}, [], set()
        self.watermark, self.number = None, 0

    def poll(self, partner, limit, between_pages):
        run = Run(self.number + 1, FIRST)
        while run:
            run = self.read(partner, run, limit)
            between_pages()

    def read(self, partner, run, limit):
        since = self.watermark and int((self.watermark - EPOCH).total_seconds())
        offset = run.place["offset"]
        rows = partner.page(since, offset, limit)
        news = sum(self.take(*row) for row in rows)
        high = max((at(moment) for moment, _key, _version in rows), default=None)
        following = {"offset": offset + len(rows)} if rows else None
        read = Page(len(rows), 1, digest_of(rows), high, following)
        step = after_page(run, read, news, FIRST, stable=False, full=False)
        self.number = (step.run or run).number
        if step.moves:
            self.watermark = move(self.watermark, step.high, at(partner.clock))
        return step.run

    def take(self, moment, key, version):
        seen = Item(key, at(moment), f"v{version}")
        verdict = judge(seen, self.known.get(key), None)
        self.known[key] = verdict.known
        if verdict.is_news:
            identity = event_id("list", seen, verdict.known.repeat)
            assert identity not in self.ids, "doubled"
            self.ids.add(identity)
            self.events.append((key, version))
        return verdict.is_news


def at(seconds):
    return EPOCH + timedelta(seconds=seconds)


@settings(max_examples=300)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=12),
    st.integers(1, 4),
    st.lists(st.integers(0, 20), max_size=12),
    st.booleans(),
)
def test_no_change_is_lost_or_doubled_whatever_moves_between_pages(
    moments, limit, touches, descending
):
    partner, hub = Partner(moments, descending), Hub()
    waiting = list(touches)

    def between_pages():
        if waiting:
            partner.touch(waiting.pop())

    for _poll in range(len(touches) + 2):
        hub.poll(partner, limit, between_pages)

    newest = {key: version for key, (_moment, version) in partner.items.items()}
    assert dict(hub.events) == newest
    assert len(hub.events) == len(set(hub.events))
    for key in newest:
        told = [version for name, version in hub.events if name == key]
        assert told == sorted(told)

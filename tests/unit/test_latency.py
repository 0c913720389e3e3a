"""When something of a latency class is due."""

from datetime import datetime

import pytest
from mfg_integration_core.protocols.latency import release_at

NOON = datetime(2026, 11, 21, 12, 0, 20)


def test_d8_now_is_at_once():
    assert release_at("now", NOON) is None


def test_d8_what_comes_within_a_batch_goes_at_the_same_moment():
    due = datetime(2026, 11, 21, 12, 1)

    assert release_at("micro_batch", NOON, batch_s=60) == due
    assert release_at("micro_batch", NOON.replace(second=59), batch_s=60) == due
    assert release_at("micro_batch", due, batch_s=60) == due.replace(minute=2)


@pytest.mark.parametrize(
    ("hour", "opens"),
    [
        (12, datetime(2026, 11, 21, 21, 0)),  # noon UTC: 13:00 in Berlin
        (20, datetime(2026, 11, 21, 21, 0)),
        (21, None),
        (23, None),
        (4, None),
        (5, datetime(2026, 11, 21, 21, 0)),
    ],
)
def test_d8_window_over_midnight_follows_the_clock_of_the_plant(hour, opens):
    now = NOON.replace(hour=hour, minute=0, second=0)

    due = release_at("window", now, opens_h=22, closes_h=6, tz="Europe/Berlin")

    assert due == opens


def test_d8_window_of_today_that_is_over_opens_tomorrow():
    due = release_at("window", NOON, opens_h=6.5, closes_h=8)

    assert due == datetime(2026, 11, 22, 6, 30)


def test_d8_window_that_never_closes_is_at_once():
    assert release_at("window", NOON, opens_h=6, closes_h=6) is None

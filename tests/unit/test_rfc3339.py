"""Moments in text."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols import rfc3339

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T22:15:00Z", datetime(2026, 11, 20, 22, 15, tzinfo=UTC)),
        ("2026-11-20t22:15:00z", datetime(2026, 11, 20, 22, 15, tzinfo=UTC)),
        ("2026-11-20T22:15:00+02:00", datetime(2026, 11, 20, 20, 15, tzinfo=UTC)),
        ("2026-11-20T22:15:00-00:30", datetime(2026, 11, 20, 22, 45, tzinfo=UTC)),
        (
            "2026-11-20T22:15:00.123456789Z",
            datetime(2026, 11, 20, 22, 15, 0, 123456, tzinfo=UTC),
        ),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_moment_is_read_in_utc(text, moment):
    assert rfc3339.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "2026-11-20T22:15:00",
        "2026-11-20 22:15:00Z",
        "2026-13-20T22:15:00Z",
        "2026-02-29T22:15:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T22:15:61Z",
        "2026-11-20T22:15:00+24:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:60Z",
        "٢٠٢٦-11-20T22:15:00Z",
    ],
)
def test_text_that_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        rfc3339.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "0999-12-31T23:59:59Z",
        "1000-01-01T00:30:00+01:00",
        "9999-01-01T00:00:00Z",
        "9998-12-31T23:30:00-01:00",
    ],
)
def test_moment_that_odoo_cannot_keep_is_refused_where_it_is_stored(text):
    assert rfc3339.parse(text)
    with pytest.raises(ValueError, match="years"):
        rfc3339.parse_storable(text)


def test_moment_of_a_plants_life_may_be_stored():
    text = "1000-01-01T00:00:00Z"
    assert rfc3339.parse_storable(text) == rfc3339.parse(text)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 20, 22, 15, tzinfo=UTC), "2026-11-20T22:15:00Z"),
        (datetime(2026, 11, 20, 22, 15, 0, 250000, UTC), "2026-11-20T22:15:00.25Z"),
        (
            datetime(2026, 11, 20, 23, 15, tzinfo=timezone(timedelta(hours=1))),
            "2026-11-20T22:15:00Z",
        ),
    ],
)
def test_moment_is_written_short_and_converted_to_utc(moment, text):
    assert rfc3339.write(moment) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_again(moment):
    assert rfc3339.parse(rfc3339.write(moment)) == moment


@given(st.text() | st.from_regex(r"[0-9]{4}(-[0-9]{2}){2}T[0-9:.]{8,9}Z?"))
def test_any_text_gives_a_moment_in_utc_or_a_value_error(text):
    try:
        assert rfc3339.parse(text).tzinfo == UTC
    except ValueError as error:
        assert str(error)

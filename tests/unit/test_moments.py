"""Moments as vendors write them."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.moments import (
    check_format,
    read_moment,
    write_moment,
)

UTC = timezone.utc
MOMENT = datetime(2026, 11, 20, 22, 15, 0, 250000, UTC)
WHOLE = MOMENT.replace(microsecond=0)
moments = st.datetimes(
    min_value=datetime(1971, 1, 1),
    max_value=datetime(9000, 1, 1),
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T22:15:00Z", WHOLE),
        ("2026-11-20T22:15:00.250Z", MOMENT),
        ("2026-11-20T22:15:00.250000Z", MOMENT),
        ("2026-11-20T22:15:00.2500009Z", MOMENT),
        ("2026-11-20T22:15:00.250000999Z", MOMENT),
        ("2026-11-20T23:15:00,25+01:00", MOMENT),
        ("2026-11-20T23:15:00+0100", WHOLE),
        ("2026-11-20T21:15:00-01", WHOLE),
        ("2026-11-20 22:15:00 UTC", WHOLE),
        ("2026-11-20 22:15", WHOLE),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T22:14:60Z", WHOLE),
    ],
)
def test_iso_moments_are_read_with_any_number_of_digits(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (1795212900.25, "epoch_s"),
        ("1795212900.25", "epoch_s"),
        (1795212900250, "epoch_ms"),
        (1795212900250.0, "epoch_ms"),
        ("1795212900250", "epoch_ms"),
        ("/Date(1795212900250)/", "ms_date"),
        ("\\/Date(1795212900250+0200)\\/", "ms_date"),
        ({"$date": "2026-11-20T22:15:00.250Z"}, "parts"),
        ({"$date": 1795212900250}, "parts"),
        ({"$date": {"$numberLong": "1795212900250"}}, "parts"),
        ({"dateTime": "2026-11-20T23:15:00.25", "timeZone": "Europe/Berlin"}, "parts"),
        ({"date": "2026-11-20 22:15:00.250000", "timezone": "UTC"}, "parts"),
        ({"seconds": 1795212900, "nanos": 250000000}, "parts"),
        ([2026, 11, 20, 22, 15, 0, 250000000], "parts"),
        (
            {
                "Year": 2026,
                "month": 11,
                "day": 20,
                "hour": 22,
                "minute": 15,
                "nano": 250000000,
            },
            "parts",
        ),
        ("20.11.2026 22:15:00.250", "%d.%m.%Y %H:%M:%S.%f"),
    ],
)
def test_other_ways_to_write_the_same_moment_are_read(value, format):
    assert read_moment(value, format) == MOMENT


def test_moment_without_an_offset_is_meant_in_the_zone_that_the_template_names():
    assert read_moment("2026-11-20T23:15:00.25", zone="Europe/Berlin") == MOMENT
    assert read_moment("20261120231500", "%Y%m%d%H%M%S", "Europe/Berlin") == WHOLE
    assert write_moment(WHOLE, "%Y%m%d%H%M%S", "Europe/Berlin") == "20261120231500"


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (None, "iso"),
        ("", "iso"),
        ("1970-01-01T00:00:00Z", "iso"),
        ("1970-01-01T00:00:00+02:00", "iso"),
        ("0001-01-01T00:00:00", "iso"),
        ("0001-01-01T00:00:00+05:00", "iso"),
        ("0000-00-00 00:00:00", "iso"),
        ("1900-01-01", "date"),
        (0, "epoch_s"),
        (-62135596800000, "epoch_ms"),
        ("/Date(-62135596800000)/", "ms_date"),
        ({"year": 1, "month": 1, "day": 1}, "parts"),
        ([1970, 1, 1], "parts"),
        ("01.01.0001", "%d.%m.%Y"),
    ],
)
def test_moments_that_mean_none_are_none(value, format):
    assert read_moment(value, format) is None


@pytest.mark.parametrize(
    ("value", "format"),
    [
        ("soon", "iso"),
        (5, "iso"),
        ("2026-13-20T00:00:00Z", "iso"),
        ("2026-11-20T00:00:00+99:00", "iso"),
        (True, "epoch_s"),
        ("12:00", "epoch_ms"),
        (10**30, "epoch_s"),
        (1e300, "epoch_ms"),
        ("2026", "ms_date"),
        ("2026", "parts"),
        ({"day": 1}, "parts"),
        ([2026], "parts"),
        ("2026-11-20", "%d.%m.%Y"),
    ],
)
def test_value_that_is_written_in_another_way_is_never_guessed(value, format):
    with pytest.raises(ValueError):
        read_moment(value, format)


@pytest.mark.parametrize(
    ("format", "written"),
    [
        ("iso", "2026-11-20T22:15:00.25Z"),
        ("iso:0", "2026-11-20T22:15:00Z"),
        ("iso:3", "2026-11-20T22:15:00.250Z"),
        ("iso:6", "2026-11-20T22:15:00.250000Z"),
        ("iso:7", "2026-11-20T22:15:00.2500000Z"),
        ("iso:9", "2026-11-20T22:15:00.250000000Z"),
        ("iso_utc", "2026-11-20T22:15:00.25"),
        ("date", "2026-11-20"),
        ("epoch_s", 1795212900),
        ("epoch_ms", 1795212900250),
        ("ms_date", "/Date(1795212900250)/"),
        ("%Y/%m/%d", "2026/11/20"),
    ],
)
def test_moments_are_written_as_the_partner_wants_them(format, written):
    assert write_moment(MOMENT, format) == written


def test_whole_second_is_written_without_a_fraction():
    assert write_moment(WHOLE) == "2026-11-20T22:15:00Z"


@given(moments, st.sampled_from(["iso:0", "iso:3", "date", "epoch_s", "epoch_ms"]))
def test_written_moment_is_never_later_than_the_moment(moment, format):
    read_back = read_moment(write_moment(moment, format), format)

    assert moment - timedelta(days=1) < read_back <= moment


@given(moments, st.sampled_from(["iso", "iso:6", "iso:7", "iso:9", "iso_utc"]))
def test_moment_survives_the_formats_that_can_hold_it(moment, format):
    assert read_moment(write_moment(moment, format), format) == moment


@pytest.mark.parametrize(("format", "zone"), [("epoch", "UTC"), ("iso", "Mars/Base")])
def test_format_and_zone_that_do_not_exist_are_refused(format, zone):
    with pytest.raises(ValueError):
        check_format(format, zone)

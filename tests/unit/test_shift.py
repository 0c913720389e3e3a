from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.shift import (
    UTC,
    Line,
    shift_at,
    shifts_between,
    week_of,
    worked_spans,
)

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 2)
#: Day and night of a plant that never stops, as Odoo has lines of one day only.
THREE_SHIFTS = [
    line
    for weekday in range(7)
    for line in (
        Line("Night", weekday, 0, 6),
        Line("Early", weekday, 6, 14),
        Line("Late", weekday, 14, 22),
        Line("Night", weekday, 22, 24),
    )
]
OFFICE = [
    line
    for weekday in range(5)
    for line in (Line("Day", weekday, 8, 12), Line("Day", weekday, 13, 17))
]
#: Both changes of the clocks of 2026 in each of these lie in it.
MOMENTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(timezone.utc)
)
ZONES = st.sampled_from(
    [
        BERLIN,
        "UTC",
        "America/New_York",
        "Asia/Kolkata",
        # Its clocks change by half an hour, and at 2:00.
        "Australia/Lord_Howe",
        "America/Santiago",
        "Pacific/Auckland",
    ]
)


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def hours(shift):
    return (shift.end - shift.begin) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "name", "day"),
    [
        ("2026-03-02 06:00", "Early", "2026-03-02"),
        ("2026-03-02 13:59:59", "Early", "2026-03-02"),
        ("2026-03-02 14:00", "Late", "2026-03-02"),
        ("2026-03-02 22:00", "Night", "2026-03-02"),
        ("2026-03-03 00:00", "Night", "2026-03-02"),
        ("2026-03-03 05:59", "Night", "2026-03-02"),
        ("2026-03-03 06:00", "Early", "2026-03-03"),
    ],
)
def test_b8_night_shift_is_of_the_day_on_which_it_begins(moment, name, day):
    shift = shift_at(at(moment), THREE_SHIFTS, BERLIN)

    assert (shift.name, shift.day.isoformat()) == (name, day)


@pytest.mark.parametrize(
    ("moment", "length_h"),
    [
        ("2026-03-29 04:00", 7),  # the clocks skip an hour
        ("2026-10-25 04:00", 9),  # they show one twice
        ("2026-10-26 04:00", 8),
    ],
)
def test_b8_night_of_a_clock_change_is_as_long_as_people_were_there(moment, length_h):
    assert hours(shift_at(at(moment), THREE_SHIFTS, BERLIN)) == length_h


def test_b8_break_belongs_to_the_shift_and_the_evening_to_none():
    noon = shift_at(at("2026-03-02 12:30"), OFFICE, BERLIN)

    assert (noon.name, hours(noon)) == ("Day", 9)
    assert shift_at(at("2026-03-02 17:00"), OFFICE, BERLIN) is None
    assert shift_at(at("2026-03-07 10:00"), OFFICE, BERLIN) is None


def test_b8_shift_is_by_the_clock_of_the_plant():
    moment = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)

    assert shift_at(moment, THREE_SHIFTS, BERLIN).name == "Night"
    assert shift_at(moment, THREE_SHIFTS, "America/New_York").name == "Late"


def test_b8_plan_of_two_weeks_and_its_dates_are_kept():
    odd = Line("Early", 0, 6, 14, week=week_of(MONDAY))
    over = Line("Late", 0, 14, 22, last=MONDAY - timedelta(days=1))
    starts = Line("Late", 0, 14, 22, first=MONDAY + timedelta(days=7))
    plan = [odd, over, starts]

    def name(moment):
        shift = shift_at(at(moment), plan, BERLIN)
        return shift and shift.name

    assert name("2026-03-02 07:00") == "Early"
    assert name("2026-03-09 07:00") is None
    assert name("2026-03-02 15:00") is None
    assert name("2026-03-09 15:00") == "Late"


def test_b8_night_that_begins_within_the_repeated_hour_begins_once():
    plan = [Line("A", 6, 0, 2.5), Line("B", 6, 2.5, 12)]
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 for the first time
    names = [
        shift_at(first + timedelta(minutes=10 * step), plan, BERLIN).name
        for step in range(12)
    ]

    assert names == ["A"] * 3 + ["B"] * 9


def test_b8_shift_that_begins_in_the_skipped_hour_begins_when_it_is_skipped():
    plan = [Line("A", 6, 0, 2.5), Line("B", 6, 2.5, 12)]

    shift = shift_at(datetime(2026, 3, 29, 1, tzinfo=UTC), plan, BERLIN)

    assert (shift.name, shift.begin) == ("B", datetime(2026, 3, 29, 1, tzinfo=UTC))


def test_b8_one_name_around_the_clock_is_a_shift_a_day():
    plan = [Line("Open", weekday, 0, 24) for weekday in range(7)]

    shift = shift_at(at("2026-03-03 12:00"), plan, BERLIN)

    assert (shift.day, hours(shift)) == (date(2026, 3, 3), 24)


@given(MOMENTS, ZONES)
def test_b8_every_moment_of_a_plant_that_never_stops_is_in_one_shift(moment, zone):
    shift = shift_at(moment, THREE_SHIFTS, zone)

    assert shift.begin <= moment < shift.end
    # The next one begins where it ends, and all its moments have the same shift.
    assert shift_at(shift.end, THREE_SHIFTS, zone).begin == shift.end
    for inside in (shift.begin, shift.end - timedelta(microseconds=1)):
        assert shift_at(inside, THREE_SHIFTS, zone) == shift


@given(MOMENTS, MOMENTS, ZONES)
def test_b8_later_moment_is_never_in_an_earlier_shift(one, other, zone):
    one, other = sorted((one, other))
    earlier, later = (shift_at(each, THREE_SHIFTS, zone) for each in (one, other))

    assert earlier.begin <= later.begin
    assert earlier.day <= later.day


@given(st.dates(date(2026, 1, 1), date(2026, 12, 30)), ZONES)
def test_b8_shifts_of_a_day_sum_up_to_the_time_that_passed(day, zone):
    moment = datetime(day.year, day.month, day.day, 6, tzinfo=ZoneInfo(zone))
    end = moment + timedelta(days=1)  # by the clock on the wall
    total, each = timedelta(), moment.astimezone(UTC)
    while each < end.astimezone(UTC):
        shift = shift_at(each, THREE_SHIFTS, zone)
        total += shift.end - shift.begin
        each = shift.end

    assert total == end.astimezone(UTC) - moment.astimezone(UTC)


def test_shifts_of_a_day_follow_each_other_also_when_the_clocks_change():
    begin = datetime(2026, 3, 28, 5, tzinfo=UTC)

    found = shifts_between(begin, begin + timedelta(hours=46), THREE_SHIFTS, BERLIN)

    assert [shift.name for shift in found] == ["Early", "Late", "Night"] * 2
    hours = [(shift.end - shift.begin) / timedelta(hours=1) for shift in found]
    assert hours == [8, 8, 7, 8, 8, 8]
    assert all(
        one.end == other.begin for one, other in zip(found, found[1:], strict=False)
    )


@given(MOMENTS, ZONES)
def test_shift_between_two_moments_is_the_one_that_holds_in_it(moment, zone):
    for lines in (THREE_SHIFTS, OFFICE):
        for shift in shifts_between(moment, moment + timedelta(days=2), lines, zone):
            assert shift_at(shift.begin, lines, zone) == shift


def test_worked_spans_leave_out_the_breaks():
    (day,) = shifts_between(
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 3, tzinfo=UTC),
        OFFICE,
        BERLIN,
    )

    spans = worked_spans(day, OFFICE, BERLIN)

    assert [(begin.hour, end.hour) for begin, end in spans] == [(7, 11), (12, 16)]


def test_worked_spans_of_a_night_meet_at_midnight():
    night = shift_at(datetime(2026, 3, 2, 22, tzinfo=UTC), THREE_SHIFTS, BERLIN)

    assert worked_spans(night, THREE_SHIFTS, BERLIN) == [(night.begin, night.end)]

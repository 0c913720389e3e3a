"""What is moved is the difference of two sums, rounded once."""

from decimal import Decimal

import pytest
from mfg_integration_mes.protocols.report_sums import (
    Key,
    exceeds,
    outstanding,
    rounded,
    uncovered,
)

OUTPUT = Key("output", 7)


def differences(told, moved, step=0.01):
    return outstanding(
        {OUTPUT: Decimal(told)}, {OUTPUT: Decimal(moved)}, lambda product: step
    )


def test_g2_fractions_are_rounded_from_the_sum():
    assert differences("0.012", "0.01") == {}
    assert differences("0.015", "0.01") == {OUTPUT: Decimal("0.01")}


def test_g8_what_was_moved_and_is_told_no_more_is_taken_back():
    assert outstanding({}, {OUTPUT: Decimal(3)}, lambda product: 1) == {
        OUTPUT: Decimal(-3)
    }


@pytest.mark.parametrize(
    ("quantity", "step", "result"),
    [("2.5", 1, "3"), ("-2.5", 1, "-3"), ("0.004", 0.01, "0"), ("7", 0.5, "7")],
)
def test_g2_halves_are_rounded_away_from_zero(quantity, step, result):
    assert rounded(Decimal(quantity), step) == Decimal(result)


def test_g3_the_tolerance_is_part_of_what_is_allowed():
    assert not exceeds(Decimal(105), Decimal(100), Decimal(5))
    assert exceeds(Decimal("105.1"), Decimal(100), Decimal(5))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({0: "3"}, None),
        ({0: "-0.004"}, None),
        ({0: "-2"}, (0, "2")),
        ({1: "10", 2: "-1"}, (2, "1")),
        ({0: "10", 1: "-2"}, None),
        ({0: "1", 1: "-2", 2: "5"}, (1, "1")),
        ({0: "-2", 1: "10"}, None),
        ({0: "-2", 1: "1"}, (0, "1")),
        ({0: "-1", 1: "-1", 2: "5"}, (1, "2")),
    ],
)
def test_g2_a_correction_is_covered_by_what_was_told_of_the_lot_or_of_any(told, found):
    sums = {Key("component", 7, lot): Decimal(each) for lot, each in told.items()}

    assert uncovered(sums, lambda product: 0.01) == (
        found and (Key("component", 7, found[0]), Decimal(found[1]))
    )

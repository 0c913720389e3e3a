from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mfg_integration_core.protocols.freshness import Stand, is_stale

NOON = datetime(2026, 3, 2, 12)


@pytest.mark.parametrize(
    ("said", "known", "stale"),
    [
        (Stand(3), Stand(4), True),
        (Stand(4), Stand(4), True),
        (Stand(5), Stand(4), False),
        (Stand(0), Stand(None), False),
        (Stand(at=NOON), Stand(at=NOON + timedelta(seconds=1)), True),
        (Stand(at=NOON), Stand(at=NOON), False),
        (Stand(5, NOON), Stand(4, NOON + timedelta(1)), False),
        (Stand(None, NOON), Stand(4, NOON + timedelta(1)), True),
        (Stand(3), Stand(None, NOON), False),
        (Stand(), Stand(), False),
    ],
)
def test_b6_version_decides_where_both_have_one_else_the_time(said, known, stale):
    assert is_stale(said, known) is stale


@given(st.permutations(range(6)))
def test_b6_any_order_of_arrival_ends_with_the_newest(versions):
    known = Stand()
    for version in versions:
        said = Stand(version)
        known = known if is_stale(said, known) else said

    assert known == Stand(5)

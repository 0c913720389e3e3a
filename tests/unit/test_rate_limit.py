"""What the header fields say of a quota."""

import pytest
from mfg_integration_core.protocols.rate_limit import Quota


def test_k9_headers_tell_the_policy_and_what_is_left():
    assert Quota(600, left=597.4).headers() == {
        "RateLimit-Policy": '"events";q=600;qu="events";w=60',
        "RateLimit": '"events";r=597;t=1',
    }


@pytest.mark.parametrize(
    ("left", "seconds"), [(0.99, 1), (0.0, 6), (-9.0, 60), (-90.0, 546)]
)
def test_k9_wait_ends_when_one_event_may_be_sent(left, seconds):
    assert Quota(10, left, refused=True).retry_after_s == seconds


def test_k9_debt_is_told_as_nothing_left():
    assert Quota(10, left=-9.0).headers()["RateLimit"] == '"events";r=0;t=114'

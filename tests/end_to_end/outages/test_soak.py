"""The short form of ``make soak``: both sides write one field, and nothing echoes."""

import random

from devkit.soak_run import Plan, play

SECONDS = 20
#: Long enough for messages to cross, which a quick machine seldom sees.
LATE_S = 1.5


def test_b7_two_partners_and_users_write_one_field_and_nothing_echoes(live):
    plan = Plan(random.randrange(10**6), SECONDS, LATE_S)
    print(f"make soak {plan}")

    counts = play(live, plan, say=print)

    # It is no soak where nobody wrote.
    assert all(counts.values()), counts

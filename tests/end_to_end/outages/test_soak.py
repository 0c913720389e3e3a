"""The short form of ``make soak``: both sides write one field, and nothing echoes."""

import random

from devkit.soak_run import Plan, play

SECONDS = 20
#: Long enough for messages to cross, which a quick machine seldom sees.
LATE_S = 1.5


def test_b7_two_partners_and_users_write_one_field_and_nothing_echoes(live):
    seed = random.randrange(10**6)
    print(f"make soak SEED={seed} MINUTES={SECONDS / 60:g} LATE={LATE_S:g}")

    counts = play(live, Plan(seed, SECONDS, LATE_S), say=print)

    # It is no soak where nobody wrote.
    assert all(counts.values()), counts

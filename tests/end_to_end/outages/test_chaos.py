"""The short form of ``make chaos``: everything fails at once, nothing is lost."""

import random

from devkit.chaos_run import Plan, play

MESSAGES, LANES = 200, 40


def rage(live, mode, *victims):
    """Play a run whose checks raise; what a failure needs to be replayed is printed."""
    seed = random.randrange(10**6)
    print(f"make chaos SEED={seed} MODE={mode} MESSAGES={MESSAGES}")
    plan = Plan(seed, mode, MESSAGES, LANES, victims)
    return play(live, plan, say=print)


def test_a1_killed_workers_and_database_lose_and_double_nothing_at_a_naive_peer(live):
    counts = rage(live, "naive", "jobs", "postgresql")

    assert counts["messages"] == MESSAGES
    assert counts["recovered from lost workers"]


def test_a6_lanes_stay_in_order_while_server_and_peer_are_killed(live):
    counts = rage(live, "dedupe", "server", "peer")

    assert counts["messages"] == MESSAGES
    assert counts["spoiled by the peer"]

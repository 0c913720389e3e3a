"""A million schedules, the same ones on every run, so that a failure is a change's."""

import os

from .explore import explore, how_to_replay

SCHEDULES = int(os.environ.get("SCHEDULES") or 1_000_000)


def test_no_schedule_breaks_an_invariant():
    failure = explore(seed=0, schedules=SCHEDULES)

    assert failure is None, f"{failure[1]}; {how_to_replay(failure[0])}"

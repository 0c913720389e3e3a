"""Play many schedules on two processes, or one seed with all its steps.

``make simulate SEED=<first> SCHEDULES=<how many>``
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from .database import BrokenInvariant
from .decisions import Decisions
from .schedule import Schedule

PROCESSES = 2
CHUNK = 5_000


def first_failure(seed, schedules, decisions=Decisions):
    """``(seed, what broke)`` of the first schedule that breaks, or None.

    :param seed: of the first schedule; the next has the next number
    """
    for number in range(seed, seed + schedules):
        try:
            Schedule(number, decisions).run()
        except BrokenInvariant as broken:
            return number, str(broken)
    return None


def explore(seed, schedules):
    """The first failure among many schedules, or None, on two processes."""
    starts = range(seed, seed + schedules, CHUNK)
    sizes = [min(CHUNK, seed + schedules - start) for start in starts]
    # Forked, so that the children have the addon's package under its real name.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        results = pool.map(first_failure, starts, sizes)
        return next(filter(None, results), None)


def how_to_replay(seed):
    return f"make simulate SEED={seed} SCHEDULES=1"


def main(argv):
    """0 when no schedule broke an invariant, else 1."""
    parser = argparse.ArgumentParser(prog="devkit simulate", description=__doc__)
    environment = os.environ.get
    parser.add_argument("--seed", type=int, default=environment("SEED") or 0)
    parser.add_argument(
        "--schedules", type=int, default=environment("SCHEDULES") or 1_000_000
    )
    options = parser.parse_args(argv)
    if options.schedules == 1:
        return _replay(options.seed)
    started = time.monotonic()
    failure = explore(options.seed, options.schedules)
    print(f"{options.schedules} schedules, {time.monotonic() - started:.0f} s")
    if failure:
        seed, what = failure
        print(f"seed {seed}: {what}\nreplay: {how_to_replay(seed)}")
        return 1
    print("no invariant was broken")
    return 0


def _replay(seed):
    """Play one schedule and print every step of it."""

    def trace(moment, what):
        print(f"{moment:8.2f} s  {what}")

    try:
        Schedule(seed, trace=trace).run()
    except BrokenInvariant as broken:
        print(f"seed {seed}: {broken}")
        return 1
    print(f"seed {seed}: no invariant was broken")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

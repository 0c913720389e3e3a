"""How far the generated tests look.

Without more words a run is short and always the same, so that a failure is a change's.
``SEED=7 EXAMPLES=500 STEPS=40 T=<this test> make test`` looks further, and says the
shortest way to what it finds.
"""

import os
import sys

from hypothesis import HealthCheck, Phase, settings

SEED = int(os.environ.get("SEED") or 0)
EXAMPLES = int(os.environ.get("EXAMPLES") or 0)
STEPS = int(os.environ.get("STEPS") or 0)


def bounded(examples, steps=1):
    """Settings for so many examples of so many steps, unless asked for others."""
    # Shrinking repeats the plant's work for minutes: for who looks further only.
    phases = [Phase.generate, *([Phase.shrink] if EXAMPLES else [])]
    return settings(
        max_examples=EXAMPLES or examples,
        stateful_step_count=STEPS or steps,
        phases=phases,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )


def say_how_to_replay(test):
    """Name the command that does just the same again; pytest shows it on a failure."""
    words = {"SEED": str(SEED), "EXAMPLES": EXAMPLES, "STEPS": STEPS, "T": f'"{test}"'}
    given = " ".join(f"{name}={value}" for name, value in words.items() if value)
    sys.stderr.write(f"replay: {given} make test\n")

"""A deterministic simulation of delivery: the real rules, on a clock that is not real.

One *schedule* is a few messages, their workers, a sweeper and a partner, among which
all that can go wrong does so at random: workers die and freeze, wakes get lost, rows
commit out of order, the runner is dead or hangs, the partner refuses, stays silent,
takes a message and loses the answer, or gets it twice. All chance comes from one seed,
so a seed is a schedule: ``make simulate SEED=<n> SCHEDULES=1`` replays it exactly.

The decisions are those of ``protocols/`` (``decisions.py``). The database is a model in
which every method is one short transaction of ours, hence atomic (``database.py``).
"""

from tests import without_odoo

without_odoo.register("mfg_integration_core")

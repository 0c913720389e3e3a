"""The types of machine events, and what becomes of each on its way in.

One list for the door, the aggregation, the handlers and the tests; what an event of a
type looks like is in ``contract/``.
"""

from __future__ import annotations

STATE = "mfg.machine.state.v1"
COUNT = "mfg.machine.count.v1"
COUNTER = "mfg.machine.counter.v1"
CYCLE = "mfg.machine.cycle.v1"
DOWNTIME_REASON = "mfg.machine.downtime_reason.v1"
ALARM = "mfg.machine.alarm.v1"
CONDITION = "mfg.machine.condition.v1"
CONTEXT = "mfg.machine.context.v1"
BIRTH = "mfg.device.birth.v1"
DEATH = "mfg.device.death.v1"
HEARTBEAT = "mfg.device.heartbeat.v1"
#: Goes out to the partner behind a device: send again, or tell your states.
RESEND = "mfg.device.resend_requested.v1"

#: What machines made: thousands of them become one window.
COUNTING = (COUNT, COUNTER, CYCLE)
#: What devices say of themselves; it names no equipment.
DEVICE = (BIRTH, DEATH, HEARTBEAT)
#: Only that it came is of interest, and it becomes no event of the inbox.
SILENT = (HEARTBEAT,)
#: The aggregation keeps it itself: what it holds for comes before and after it.
KEPT = (CONTEXT,)
#: Quantities that are corrected; the aggregation makes them, the inbox gets them.
COUNT_CORRECTED = "mfg.machine.count_corrected.v1"

#: All that the edge door takes.
TYPES = (
    STATE,
    COUNT,
    COUNTER,
    CYCLE,
    DOWNTIME_REASON,
    ALARM,
    CONDITION,
    CONTEXT,
    BIRTH,
    DEATH,
    HEARTBEAT,
)

#: Heard of one by one: each becomes an event of the inbox.
TOLD = tuple(t for t in TYPES if t not in (*COUNTING, *SILENT, *KEPT))


def lane(event_type: str, equipment: str) -> str:
    """Subject, and with it the lane of the inbox, of an event of a machine.

    Machines of one sender do not wait for each other; and what may wait for a person,
    such as a reason that nobody has mapped yet, keeps no state waiting.
    """
    return f"{equipment}/downtime" if event_type == DOWNTIME_REASON else equipment

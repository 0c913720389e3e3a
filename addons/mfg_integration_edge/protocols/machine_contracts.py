"""The contracts of machine events as types, for the decoder that reads by them.

The JSON Schemas in ``contract/`` stay the truth. What a type here does not take is
judged by them once more, so a type may be stricter than its schema and never laxer; a
test holds generated documents against both. A member that is left out is None, and
one that is null is refused, as the schemas have it.

Of a counter the readings are its quantities, and the machines that a device names at
its birth are not *the* equipment of the event.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct, field

from odoo.addons.mfg_integration_core.protocols import packml

from . import machine_events, machine_moment

Text = Annotated[str, Meta(min_length=1)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Sentence = Annotated[str, Meta(max_length=1000)]
State = Literal[(*packml.STATES, "run", "stop", "idle")]
Severity = Literal["info", "warning", "critical"]

_64_BIT = Meta(ge=-(2**63), le=2**63 - 1)
#: Kept as it was written: a whole number stays one.
Number = Annotated[int, _64_BIT] | float
Quantity = Annotated[int, Meta(ge=0, le=10**9)] | Annotated[float, Meta(ge=0, le=1e9)]
Total = Annotated[int, Meta(ge=0, le=10**12)] | Annotated[float, Meta(ge=0, le=1e12)]
Seconds = Annotated[int, Meta(gt=0, le=10**9)] | Annotated[float, Meta(gt=0, le=1e9)]
Rollover = Annotated[int, Meta(gt=0, le=10**12)] | Annotated[float, Meta(gt=0, le=1e12)]
Uptime = Annotated[int, Meta(ge=0, le=2**63 - 1)] | Annotated[float, Meta(ge=0)]


class Data(
    Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    """What is in ``data``; here what it is asked for and not every type has."""

    equipment: ClassVar[str | None] = None
    job_order: ClassVar[str | None] = None
    operation: ClassVar[str | None] = None
    good_quantity: ClassVar[float | None] = None
    scrap_quantity: ClassVar[float | None] = None


class Fault(
    Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    code: Code
    text: Sentence = None
    severity: Severity = None


class StateData(Data):
    equipment: Name
    state: State
    previous_state: State = None
    job_order: Name = None
    operation: Name = None
    reason: Code = None
    fault: Fault = None


class CountData(Data):
    equipment: Name
    good_quantity: Quantity
    scrap_quantity: Quantity
    job_order: Name = None
    operation: Name = None
    cycle_time_s: Seconds = None


class CounterData(Data):
    equipment: Name
    job_order: Name = None
    operation: Name = None
    good_quantity: Total = field(name="good_total", default=None)
    scrap_quantity: Total = field(name="scrap_total", default=None)
    rollover_at: Rollover = None

    def __post_init__(self):
        if self.good_quantity is None and self.scrap_quantity is None:
            raise ValueError("a counter has a reading")


class CycleData(Data):
    equipment: Name
    cycle_time_s: Seconds
    job_order: Name = None
    operation: Name = None
    good_quantity: Quantity = None
    scrap_quantity: Quantity = None


class DowntimeReasonData(Data):
    equipment: Name
    reason: Code
    text: Sentence = None
    stopped_at: Annotated[str, Meta(max_length=64)] = None
    operator: Name = None

    def __post_init__(self):
        if self.stopped_at is not None:
            machine_moment.microseconds(self.stopped_at)


class AlarmData(Data):
    equipment: Name
    code: Code
    active: bool
    text: Sentence = None
    severity: Severity = None


class ConditionData(Data):
    equipment: Name
    measurement: Code
    value: Number
    unit: Annotated[str, Meta(min_length=1, max_length=32)] = None
    threshold: Number = None


class ContextData(Data):
    equipment: Name
    barcode: Annotated[str, Meta(min_length=1, max_length=256)] = None
    job_order: Name = None
    operation: Name = None
    lot: Name = None
    operator: Name = None
    ended: bool = None

    def __post_init__(self):
        if self.ended is False:
            raise ValueError("what has not ended is not said to have")
        if not (self.barcode or self.job_order or self.lot or self.ended):
            raise ValueError("a context says what is worked on")


class BirthData(Data):
    boot: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    software: Name = None
    heartbeat_s: Annotated[int, Meta(ge=1, le=86400)] = None
    machines: Annotated[list[Name], Meta(max_length=1000)] = field(
        name="equipment", default=None
    )


class DeathData(Data):
    reason: Sentence = None


class HeartbeatData(Data):
    uptime_s: Uptime = None
    buffered_events: Annotated[int, Meta(ge=0, le=2**63 - 1)] = None


#: Of ``data``, by the type of the event.
DATA = {
    machine_events.STATE: StateData,
    machine_events.COUNT: CountData,
    machine_events.COUNTER: CounterData,
    machine_events.CYCLE: CycleData,
    machine_events.DOWNTIME_REASON: DowntimeReasonData,
    machine_events.ALARM: AlarmData,
    machine_events.CONDITION: ConditionData,
    machine_events.CONTEXT: ContextData,
    machine_events.BIRTH: BirthData,
    machine_events.DEATH: DeathData,
    machine_events.HEARTBEAT: HeartbeatData,
}

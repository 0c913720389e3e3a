from datetime import timezone
from uuid import NAMESPACE_URL, uuid5

from odoo import models

from odoo.addons.mfg_integration_core.protocols import cloudevents, rfc3339

from ..protocols import machine_sequence
from ..protocols.machine_events import DOWNTIME_REASON, lane
from ..protocols.state_history import UNKNOWN


class MachineHistoryHandler(models.AbstractModel):
    """What a state adds to the history of its machine, early, late or of the past."""

    _inherit = "mfg.handler.machine.state"

    def _remember(self, event, equipment):
        """Add the state to the machine's history, and its reason to the stop."""
        data, fault = event.data, event.data.get("fault") or {}
        boot, sequence = machine_sequence.read(event.payload.get("sequence"))
        # sudo: the history is the hub's own, which a connector's user cannot write.
        is_new = (
            self.env["mfg.edge.state"]
            .sudo()
            ._record(
                equipment,
                event.said_at,
                self._state(event),
                is_fault=self._stops_production(data),
                job_order=data.get("job_order"),
                why=self._name_fault(event) if fault else None,
                boot=boot,
                sequence=sequence,
                event_uuid=event.uuid,
                historical=event.historical,
            )
        )
        if is_new and data.get("reason"):
            self._pass_on_reason(event)

    def _end_silence(self, event, equipment):
        """After a silence, a state that was told late holds from when it was told.

        What the machine did meanwhile stays unknown: that it is in this state now is
        all that it says.
        """
        # sudo: see _remember.
        history = self.env["mfg.edge.state"].sudo()
        last = history._last(equipment)
        if last.state == UNKNOWN and last.at < event.received_at:
            history._record(
                equipment,
                event.received_at,
                self._state(event),
                job_order=event.data.get("job_order"),
                event_uuid=event.uuid,
            )

    def _pass_on_reason(self, event):
        """Let the reason of a state be an event of its own.

        One that nobody has mapped yet waits; the machine's next state must not.
        """
        event_id, at = (
            f"reason-{event.uuid}",
            event.said_at.replace(tzinfo=timezone.utc),
        )
        envelope = cloudevents.build(
            event_type=DOWNTIME_REASON,
            source=event.source or event.payload["source"],
            subject=lane(DOWNTIME_REASON, event.data["equipment"]),
            data={
                "equipment": event.data["equipment"],
                "reason": event.data["reason"],
                "stopped_at": rfc3339.write(at),
            },
            event_id=event_id,
            time=at,
            extensions={
                "correlationid": event.correlation_id,
                "historical": event.historical or None,
            },
        )
        uuids = {event_id: str(uuid5(NAMESPACE_URL, event_id))}
        event.env["mfg.inbox.event"]._accept_internal(
            event.connector_id, [envelope], uuids
        )

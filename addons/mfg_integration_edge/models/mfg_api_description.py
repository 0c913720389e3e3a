from odoo import models

from odoo.addons.mfg_integration_core.protocols import openapi_doors, openapi_schemas

from ..event_store import MAX_ITEMS
from ..protocols import openapi_devices
from ..protocols.machine_events import TYPES


class MfgApiDescription(models.AbstractModel):
    _inherit = "mfg.api.description"

    def _operations(self):
        door = openapi_doors.event_door(
            "Machine events, thousands per request",
            TYPES,
            *self._limits(),
            max_events=MAX_ITEMS,
            reads_trace_header=False,
            more=openapi_devices.OF_DEVICES,
        )
        return {
            **super()._operations(),
            "edge_events": door,
            "enrol": openapi_devices.enrolment(*self._limits()),
        }

    def _schemas(self):
        progress = openapi_schemas.progress(
            self._event_states(), window={"type": "string", "format": "uuid"}
        )
        return {
            **super()._schemas(),
            **openapi_devices.schemas(),
            "Progress": progress,
        }

    def _event_states(self):
        return [*super()._event_states(), "captured"]

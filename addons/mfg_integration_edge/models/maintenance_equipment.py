from odoo import fields, models

from odoo.addons.mfg_integration_core.models.maintenance_equipment import (
    REPAIRED_FROM,
)

from ..protocols.state_history import UNKNOWN


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    mfg_reported_at = fields.Datetime(
        "Last Machine State at",
        readonly=True,
        copy=False,
        help="Moment of the newest state that the machine reported, by its own clock;"
        " older ones that come later change no state.",
    )
    mfg_cleared_until = fields.Datetime(
        "Faults Cleared until",
        readonly=True,
        copy=False,
        help="The newest moment that the machine had told of when the last repair of a"
        " fault ended, by its own clock: faults of before that come too late to stop"
        " anything.",
    )

    mfg_history_since = fields.Datetime(
        "Machine History since",
        readonly=True,
        copy=False,
        help="What the machine did before is settled: the retention has removed states"
        " of then, and those that come still are too late.",
    )

    def _mfg_state_unknown(self, at, why):
        """Nobody knows any more what the machines do; told again, it changes nothing.

        What is under repair stays so: that is known. The machine's next state says
        what it does from then on.

        :param at: from when on, naive UTC
        :param why: such as "No sign of life for 90 s"
        """
        # sudo: who finds a silence need not have rights on machines.
        history = self.env["mfg.edge.state"].sudo()
        for equipment in self:
            last = history._last(equipment, at)
            if last is None or last.state != UNKNOWN:
                history._record(equipment, at, UNKNOWN, why=why)
            if equipment.mfg_reported_at and equipment.mfg_reported_at > at:
                continue
            equipment.mfg_packml_state = False
            if equipment.mfg_availability not in REPAIRED_FROM:
                equipment._mfg_set_availability("unknown", at=at, why=why)
